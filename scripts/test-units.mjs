// Tests that need no process each, in two processes at a time: the gateway's own, and its connectors'. Ends with 1 where any failed.
import { spawn } from "node:child_process";
import { once } from "node:events";

const halves = [
  ["src/**/*.test.ts", "ui/**/*.test.ts", "test/{pins,corpus,fuzz}/**/*.test.ts", "test/*.test.ts"],
  ["connectors/**/*.test.ts"],
];

const codes = await Promise.all(
  halves.map(async (globs) => {
    const args = ["--conditions=switchyard-source", "--test", "--test-isolation=none", ...globs];
    const [code] = await once(spawn(process.execPath, args, { stdio: "inherit" }), "exit");
    return code;
  }),
);
process.exitCode = codes.every((code) => code === 0) ? 0 : 1;
