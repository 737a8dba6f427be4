import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { appManifest } from "./build/app_manifest.ts";
import { bundledText } from "./build/bundled_text.ts";
import { inlineFrame } from "./build/inline_frame.ts";

// Every src/*.html is a page. All that a page loads lies under /static/ with its hash in its name, so it may be
// cached for ever; the pages themselves never are.
const root = fileURLToPath(new URL("src", import.meta.url));
const pages = readdirSync(root).filter((name) => name.endsWith(".html"));

export default defineConfig({
  root,
  base: "/",
  publicDir: false,
  plugins: [bundledText(), inlineFrame(), appManifest()],
  build: {
    outDir: "../dist",
    emptyOutDir: true,
    assetsDir: "static",
    target: ["chrome137", "firefox139"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: pages.map((name) => `${root}/${name}`) },
  },
  test: {
    root: fileURLToPath(new URL(".", import.meta.url)),
    include: ["src/**/*.test.{ts,tsx}", "tests/**/*.test.{ts,tsx}"],
    testTimeout: 60_000, // when a test counts as hung; a busy machine is slow
  },
});
