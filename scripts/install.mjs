// Runs on whatever Node the machine has (20 or newer), before the project's own Node is there: plain JavaScript, no imports
// outside Node.
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Installs the dependencies where they are missing or older than the lock file; otherwise does nothing. The exit status: 0 where all is well. */
export function install() {
  const lock = join(root, "package-lock.json");
  const installed = join(root, "node_modules", ".package-lock.json");
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return 0;
  console.error("Installing what is missing (npm ci) …");
  const npm = process.env.npm_execpath;
  const command = npm ? [process.env.npm_node_execpath ?? process.execPath, npm] : ["npm"];
  const [program, ...before] = command;
  const { status, error } = spawnSync(program, [...before, "ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
  });
  if (error) console.error(`npm could not be started: ${error.message}`);
  return status ?? 1;
}
