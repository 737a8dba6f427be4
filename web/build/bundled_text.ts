import { build, type Plugin, type Rolldown } from "vite";

/**
 * `import text from "./worker.ts?bundle"` is the whole module with what it imports, as the text of one ES module.
 * The sealed frame needs it: in a frame without an origin the only module worker that both browsers run is one from
 * a `data:` URL, and such a one cannot import statically.
 */
export function bundledText(): Plugin {
  return {
    name: "tabswarm:bundled-text",
    enforce: "pre",
    async resolveId(source, importer) {
      if (!source.endsWith("?bundle")) return null;
      const found = await this.resolve(source.slice(0, -"?bundle".length), importer, { skipSelf: true });
      return found && `${found.id}?bundle`;
    },
    async load(id) {
      if (!id.endsWith("?bundle")) return null;
      const entry = id.slice(0, -"?bundle".length);
      const results = await build({
        configFile: false,
        logLevel: "warn",
        build: { write: false, target: "es2023", lib: { entry, formats: ["es"], fileName: "bundle" } },
      });
      const outputs = (Array.isArray(results) ? results : [results]) as Rolldown.RolldownOutput[];
      const chunks = outputs.flatMap((result) => result.output).filter((item) => item.type === "chunk");
      const [chunk, ...others] = chunks;
      if (!chunk || others.length > 0) throw new Error(`${entry}?bundle must become one chunk, not ${chunks.length}`);
      for (const file of Object.keys(chunk.modules)) this.addWatchFile(file);
      return `export default ${JSON.stringify(chunk.code)};`;
    },
  };
}
