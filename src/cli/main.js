#!/usr/bin/env node
// @ts-check
import * as nodeModule from "node:module";

// Plain JavaScript, so that Node starts without its support for TypeScript: what comes after is kept compiled, and loading that support alone
// is a third of the time that a short command takes.

// What follows loads only on the Node that it is written for; an older one should say so rather than name a line of ours.
const oldest = 24;
if (Number(process.versions.node.split(".")[0]) < oldest) {
  process.stderr.write(`Switchyard needs Node ${oldest} or newer, and this is ${process.version}.\n`);
  process.exitCode = 2;
} else {
  // Compiled code is kept between runs, which halves the time to start; what is loaded before this line is not.
  nodeModule.enableCompileCache();
  const { runCommandLine } = await import("./run.ts");
  process.exitCode = await runCommandLine();
}
