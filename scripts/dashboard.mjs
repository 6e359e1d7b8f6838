// The dashboard's files: built by Vite from ui/ into dist/ui. Plain JavaScript, as it may run on whatever Node the machine has (20 or newer).
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { root } from "./install.mjs";

const page = join(root, "dist", "ui", "index.html");

/** Whether it is there: one look, so that a start may ask. */
export function isDashboardBuilt() {
  return existsSync(page);
}

/** Whether it is there and newer than all that it is made of. */
export function isDashboardCurrent() {
  if (!isDashboardBuilt()) return false;
  const builtAt = statSync(page).mtimeMs;
  const sources = ["ui", join("src", "live"), join("connectors", "cashflow")].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()),
  );
  return sources.every(({ parentPath, name }) => statSync(join(parentPath, name)).mtimeMs <= builtAt);
}

/** Builds it. The exit status: 0 where all is well. What it says goes to stderr. */
export function buildDashboard() {
  const vite = join(root, "node_modules", "vite", "bin", "vite.js");
  const { status, error } = spawnSync(process.execPath, [vite, "build", join(root, "ui"), "--logLevel", "warn"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
  });
  if (error) console.error(`Vite could not be started: ${error.message}`);
  return status ?? 1;
}
