import { LineReader } from "../src/transport/lines.ts";
import { nothingToAsk, serveParent } from "./child.ts";
import { echoAnswer } from "./echo.ts";

/** An MCP server over stdio that does as little as one can. `node upstream-stdio.ts modern|legacy`. */

const era = process.argv[2] === "legacy" ? "legacy" : "modern";

const reader = new LineReader({
  line(line) {
    const answer = echoAnswer(JSON.parse(line.toString()), era);
    if (answer !== undefined) process.stdout.write(`${answer}\n`);
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

if (process.connected) serveParent({}, nothingToAsk);
