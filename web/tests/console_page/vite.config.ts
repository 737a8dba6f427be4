import { defineConfig } from "vite";

export default defineConfig({
  base: "./",
  publicDir: false,
  build: { target: ["chrome137", "firefox139"], modulePreload: { polyfill: false } },
});
