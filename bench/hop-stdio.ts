import { spawn } from "node:child_process";
import { type ServerResponse, createServer } from "node:http";
import { join } from "node:path";
import { isJsonObject, objectAt, stringAt } from "../src/core/json.ts";
import { LineReader } from "../src/transport/lines.ts";
import { nothingToAsk, serveParent } from "./child.ts";
import { listenLocally } from "./listen.ts";

/** The leanest hop from HTTP to a stdio server: ids of its own, and a map back. `node hop-stdio.ts modern|legacy`. */

interface Waiting {
  readonly id: unknown;
  readonly response: ServerResponse;
}

const upstream = spawn(process.execPath, [join(import.meta.dirname, "upstream-stdio.ts"), process.argv[2] ?? ""], {
  stdio: ["pipe", "pipe", "inherit"],
});
const waiting = new Map<number, Waiting>();
let lastId = 0;

const reader = new LineReader({
  line(line) {
    const message: unknown = JSON.parse(line.toString());
    if (!isJsonObject(message) || typeof message["id"] !== "number") return;
    const caller = waiting.get(message["id"]);
    if (caller === undefined) return;
    waiting.delete(message["id"]);
    const answer = JSON.stringify({ ...message, id: caller.id });
    caller.response.writeHead(200, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(answer),
    });
    caller.response.end(answer);
  },
  tooLong() {
    upstream.kill();
  },
});
upstream.stdout.on("data", (chunk: Buffer) => {
  reader.push(chunk);
});

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
  });
  request.on("end", () => {
    const [first] = chunks;
    forward(first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks), response);
  });
});

function forward(body: Buffer, response: ServerResponse): void {
  const message: unknown = JSON.parse(body.toString());
  if (!isJsonObject(message)) {
    response.writeHead(400).end();
    return;
  }
  const isTool = message["method"] === "tools/call";
  if (isTool && stringAt(objectAt(message, "params") ?? {}, "name") !== "echo") {
    response.writeHead(404).end();
    return;
  }
  if (message["id"] === undefined) response.writeHead(202).end();
  else {
    lastId += 1;
    waiting.set(lastId, { id: message["id"], response });
    upstream.stdin.write(`${JSON.stringify({ ...message, id: lastId })}\n`);
    return;
  }
  upstream.stdin.write(`${JSON.stringify(message)}\n`);
}

serveParent(await listenLocally(server), nothingToAsk, () => {
  upstream.stdin.end();
});
