import { LineReader } from "../src/transport/lines.ts";
import { echoAnswer } from "./echo.ts";

/** A bad MCP server over stdio: offers what a good one does, and then answers no call, or crashes. `node neighbours-bad.ts hangs|crashes`. */

const crashesAfterMs = 50;
const manner = process.argv[2];

const reader = new LineReader({
  line(line) {
    const message: unknown = JSON.parse(line.toString());
    const text = line.toString();
    if (manner === "hangs" && text.includes('"tools/call"')) return;
    const answer = echoAnswer(message, "modern");
    if (answer !== undefined) process.stdout.write(`${answer}\n`);
    if (manner === "crashes" && text.includes('"tools/list"')) setTimeout(() => process.exit(1), crashesAfterMs);
  },
  tooLong() {
    process.exitCode = 1;
  },
});

process.stdin.on("data", (chunk: Buffer) => {
  reader.push(chunk);
});
process.stdin.on("end", () => {
  process.exit();
});
