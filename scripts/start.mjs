// `npm start`: installs what is missing and serves. One process does both where all is there, as each costs the start a tenth of a second.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { install, root } from "./install.mjs";

const main = join(root, "src", "cli", "main.js");
const args = process.argv.slice(2);
const status = install();
// One look: whether it is older than its sources, `npm test` and `npm run build` find out.
if (status === 0 && !existsSync(join(root, "dist", "ui", "index.html"))) {
  const { buildDashboard } = await import("./dashboard.mjs");
  console.error("Building the dashboard …");
  // A gateway without it is of use all the same; its page says what to do.
  buildDashboard();
}

if (status !== 0) {
  process.exitCode = status;
} else if (Number(process.versions.node.split(".")[0]) >= 24) {
  process.argv = [process.execPath, main, ...args];
  await import("../src/cli/main.js");
} else {
  // The Node that was just installed; the next start has it on its PATH.
  const own = join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
  const child = spawn(own, [...process.execArgv, main, ...args], { stdio: "inherit" });
  // Ctrl-C reaches both by itself.
  process.on("SIGINT", () => {});
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    console.error(`The project's own Node could not be started: ${error.message}`);
    process.exitCode = 1;
  });
  child.on("exit", (code) => {
    process.exitCode = code ?? 1;
  });
}
