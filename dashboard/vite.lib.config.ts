/** Builds the hooks as a package into build/hooks: ECMAScript modules, a package.json and the README. */
import { readFileSync } from "node:fs";
import { defineConfig } from "vite";
import type { Plugin } from "vite";
import own from "./package.json" with { type: "json" };

const MANIFEST = {
  name: "tfdrift-hooks",
  version: own.version,
  private: true,
  license: own.license,
  type: "module",
  sideEffects: false,
  exports: {
    ".": { types: "./types/index.d.ts", import: "./index.js" },
    "./sse": { types: "./types/sse.d.ts", import: "./sse.js" },
  },
  peerDependencies: {
    "@tanstack/react-query": `^${own.dependencies["@tanstack/react-query"]}`,
    react: "^19.0.0",
  },
};

function packageFiles(): Plugin {
  return {
    name: "package-files",
    generateBundle() {
      const readme = readFileSync(new URL("src/api/README.md", import.meta.url), "utf-8");
      this.emitFile({ type: "asset", fileName: "README.md", source: readme });
      const manifest = `${JSON.stringify(MANIFEST, null, 2)}\n`;
      this.emitFile({ type: "asset", fileName: "package.json", source: manifest });
    },
  };
}

export default defineConfig({
  plugins: [packageFiles()],
  logLevel: "warn",
  publicDir: false,
  build: {
    target: "es2023",
    outDir: "build/hooks",
    lib: { entry: { index: "src/api/index.ts", sse: "src/api/sse.ts" }, formats: ["es"] },
    minify: false,
    rolldownOptions: { external: [/^react($|\/)/, /^@tanstack\/react-query$/] },
  },
});
