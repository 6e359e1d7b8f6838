import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { fileRig } from "../rig/rig.ts";

fileRig();

const skip = process.platform === "win32" ? "there are no groups of processes" : false;

test(
  "a process that could not be started is not sent a signal, which the gateway's own group would get",
  { skip },
  async () => {
    const program = new URL("../rig/failing-spawns.ts", import.meta.url).pathname;
    const child = spawn(process.execPath, ["--conditions=switchyard-source", program], {
      detached: true,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [said, [code, signal]] = await Promise.all([text(child.stdout), once(child, "exit")]);
    assert.deepEqual([code, signal], [0, null], said);
    const lines = said.trim().split("\n");
    assert.deepEqual(lines.slice(0, 2), ["kill: nothing", "killQuietly: nothing"]);
    assert.match(lines[2] ?? "", /^startChild: The command "\/no\/such\/program" was not found/);
    assert.match(lines[3] ?? "", /^workers: No process for the statement could be started: .*ENOENT/);
    assert.match(lines[4] ?? "", /^apart: The process that worked on it has ended \(.*ENOENT/);
  },
);
