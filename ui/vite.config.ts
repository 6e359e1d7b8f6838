import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import type { UserConfig } from "vite";

const root = fileURLToPath(new URL(".", import.meta.url));

/** The address of a gateway that runs, for `npm run dev:ui`. */
const gateway = process.env["SWITCHYARD_URL"] ?? "http://127.0.0.1:8001";

const config: UserConfig = {
  root,
  plugins: [react()],
  resolve: { alias: { "switchyard/live": fileURLToPath(new URL("../src/live/client.ts", import.meta.url)) } },
  build: {
    outDir: "../dist/ui",
    emptyOutDir: true,
    target: "es2024",
    // Inline data would be refused by the policy of the page, and says nothing that a file does not.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1000,
  },
  server: {
    proxy: {
      "/api": gateway,
      "/mcp": gateway,
      "/health": gateway,
      "/ws": { target: gateway, ws: true },
    },
  },
};

// The one file with a default export: its reader takes nothing else.
export default config;
