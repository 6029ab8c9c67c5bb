/** Builds the report's page into the Python package: one file with its script and style in it. */
import { createHash } from "node:crypto";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import type { Plugin, Rolldown } from "vite";

/** Puts script and style into the page, and allows it these two alone, by their hashes. */
function singleFile(): Plugin {
  return {
    name: "single-file",
    enforce: "post",
    generateBundle(_, bundle) {
      const page = Object.values(bundle).find(({ fileName }) => fileName.endsWith(".html"));
      if (page?.type !== "asset") this.error("the build made no page");
      const others = Object.values(bundle).filter((file) => file !== page);
      // In a script element only this text would end it.
      const script = textOf(others, ".js").replaceAll("</script", "<\\/script");
      const style = textOf(others, ".css");
      const policy = [
        "default-src 'none'",
        `script-src '${hash(script)}'`,
        `style-src '${hash(style)}'`,
        "img-src data:",
        "font-src data:",
        "base-uri 'none'",
        "form-action 'none'",
      ].join("; ");
      page.source = String(page.source)
        .replace(/\s*<script type="module"[^>]*><\/script>/, "")
        .replace(/\s*<link rel="stylesheet"[^>]*>/, "")
        .replace(
          "<head>",
          () => `<head>\n    <meta http-equiv="Content-Security-Policy" content="${policy}" />`,
        )
        .replace("</head>", () => `<style>${style}</style>\n  </head>`)
        .replace("</body>", () => `<script type="module">${script}</script>\n  </body>`);
      for (const { fileName } of others) Reflect.deleteProperty(bundle, fileName);
    },
  };
}

function textOf(files: readonly (Rolldown.OutputAsset | Rolldown.OutputChunk)[], ending: string): string {
  const found = files.filter(({ fileName }) => fileName.endsWith(ending));
  if (found.length !== 1) throw new Error(`expected one ${ending} file, got ${found.length}`);
  return found.map((file) => (file.type === "chunk" ? file.code : String(file.source))).join("");
}

function hash(content: string): string {
  return `sha256-${createHash("sha256").update(content).digest("base64")}`;
}

export default defineConfig({
  plugins: [react(), singleFile()],
  logLevel: "warn",
  publicDir: false,
  build: {
    target: "es2023",
    outDir: "../tfdrift/report_page",
    emptyOutDir: true,
    assetsInlineLimit: 1_000_000,
    cssCodeSplit: false,
    chunkSizeWarningLimit: 700,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: "report.html",
      onLog(level, log, handle) {
        // Cloudscape marks its modules for server components; a page without them loses nothing.
        if (log.code !== "MODULE_LEVEL_DIRECTIVE") handle(level, log);
      },
    },
  },
});
