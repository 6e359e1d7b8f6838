// Emits the publishable package: JavaScript and declarations into dist/, with the command executable and the dashboard.
import { spawnSync } from "node:child_process";
import { chmodSync, rmSync } from "node:fs";
import { buildDashboard } from "./dashboard.mjs";

rmSync("dist", { recursive: true, force: true });
// The connectors come second: they are written against the declarations of what the first emits, as everybody's are.
for (const project of ["tsconfig.build.json", "tsconfig.connectors.json"]) {
  const { status } = spawnSync("tsc", ["-p", project], { stdio: "inherit", shell: process.platform === "win32" });
  if (status !== 0) process.exit(status ?? 1);
}
chmodSync("dist/cli/main.js", 0o755);
process.exitCode = buildDashboard();
