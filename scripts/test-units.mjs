// Tests that need no process each, in two processes at a time: the gateway's own, and its connectors'. Ends with 1 where any failed.
// @ts-check
import { spawn } from "node:child_process";
import { once } from "node:events";

const halves = [
  ["src/**/*.test.ts", "ui/**/*.test.ts", "test/{pins,corpus,fuzz}/**/*.test.ts", "test/*.test.ts"],
  ["connectors/**/*.test.ts"],
];

const verdicts = await Promise.all(
  halves.map(async (globs) => {
    const args = ["--conditions=switchyard-source", "--test", "--test-isolation=none", ...globs];
    const child = spawn(process.execPath, args, { stdio: ["inherit", "pipe", "inherit"] });
    let end = "";
    child.stdout.on("data", (chunk) => {
      process.stdout.write(chunk);
      end = (end + chunk).slice(-100_000);
    });
    const [code] = await once(child, "close");
    // Something that is tested, or that a test uses, may end the process with another status than the tests came to: what they say counts too.
    return code === 0 && /^\S* ?fail 0$/m.test(end);
  }),
);
process.exitCode = verdicts.every(Boolean) ? 0 : 1;
