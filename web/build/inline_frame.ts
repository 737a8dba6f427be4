import type { Plugin } from "vite";

/**
 * The sealed frame may load nothing but the runtime's files, so its own script goes into the page, under the nonce
 * that the coordinator puts in place of `__NONCE__` for each answer. A frame whose script shares a chunk with another
 * page cannot be sealed: the build fails.
 */
export function inlineFrame(): Plugin {
  return {
    name: "tabswarm:inline-frame",
    enforce: "post",
    apply: "build",
    generateBundle(_, bundle) {
      const page = bundle["frame.html"];
      if (page?.type !== "asset") return;
      const html = String(page.source);
      page.source = html.replace(
        /<script type="module"[^>]*src="\/([^"]+)"[^>]*><\/script>/g,
        (_tag: string, file: string) => {
          const chunk = bundle[file];
          if (chunk?.type !== "chunk") throw new Error(`frame.html loads ${file}, which is not a script of this build`);
          if (chunk.imports.length > 0) throw new Error(`frame.html shares ${chunk.imports.join(", ")} with a page`);
          delete bundle[file];
          return `<script type="module" nonce="__NONCE__">${chunk.code.replaceAll("</script", "<\\/script")}</script>`;
        },
      );
      if (/<script(?![^>]*nonce=)|<link[^>]*(stylesheet|modulepreload)/.test(page.source))
        throw new Error("frame.html must carry all of its script and style in itself, each under nonce=__NONCE__");
    },
  };
}
