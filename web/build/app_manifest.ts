import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";
import { app } from "../src/strings/app.ts";

/** Which pages can be installed, and where each begins. */
const INSTALLABLE: Record<string, string> = { "volunteer.html": "/join" };
const ICONS = [192, 512];

/**
 * The web app manifest and its icons. As all else that a page loads they carry the hash of their content in their
 * names, and the manifest names the icons; so they are named here, and not by the bundler, which copies a manifest as
 * it is.
 */
export function appManifest(): Plugin {
  const files = new Map<string, string | Buffer>();
  const named = (name: string, suffix: string, content: string | Buffer) => {
    const hash = createHash("sha256").update(content).digest("base64url").slice(0, 8);
    const file = `static/${name}-${hash}.${suffix}`;
    files.set(file, content);
    return `/${file}`;
  };
  const read = (name: string) => readFileSync(new URL(`../src/app/${name}`, import.meta.url));
  const icons = ICONS.map((size) => ({
    src: named(`icon-${size}`, "png", read(`icon-${size}.png`)),
    sizes: `${size}x${size}`,
    type: "image/png",
    purpose: "any maskable",
  }));
  const drawn = named("icon", "svg", read("icon.svg"));
  const manifests = Object.entries(INSTALLABLE).map(([page, start]): [string, string] => [
    page,
    named("manifest", "webmanifest", JSON.stringify({ ...app, id: start, start_url: start, scope: start, icons })),
  ]);
  return {
    name: "tabswarm:app-manifest",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler(html, { path }) {
        const manifest = new Map(manifests).get(path.replace(/^\//, ""));
        if (!manifest) return html;
        const links = [
          `<link rel="manifest" href="${manifest}" />`,
          `<link rel="icon" href="${drawn}" type="image/svg+xml" />`,
          `<link rel="apple-touch-icon" href="${icons[0]?.src}" />`,
        ];
        return html.replace('<link rel="icon" href="data:," />', links.join("\n    "));
      },
    },
    generateBundle() {
      for (const [fileName, source] of files) this.emitFile({ type: "asset", fileName, source });
    },
  };
}
