import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { request as openRequest } from "node:http";
import { type Socket, connect } from "node:net";
import { before, test } from "node:test";
import { type JsonObject, isJsonObject } from "../../src/core/json.ts";
import { maxFrameBytes } from "../../src/transport/channel.ts";
import { maxBodyBytes } from "../../src/server/body.ts";
import { maxUnreadBytes } from "../../src/server/reply.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";
import { call, exchange, failureOf, meta, textOf } from "./downstream.ts";
import { type Front, fixture, healthy, openFront } from "./front.ts";
import { startProgram } from "./program.ts";

const skip = existsSync("/proc/self/status") ? false : "it looks into /proc";
const mib = 1024 * 1024;

const rig = fileRig();
let front: Front;

before(async () => {
  front = await openFront(rig, [healthy, fixture("much", "sends-much", { timeoutMs: 20_000 })]);
  await front.reaches("healthy", "ready");
  await front.reaches("much", "ready");
});

const headers = {
  "content-type": "application/json",
  accept: "application/json, text/event-stream",
  "mcp-protocol-version": "2026-07-28",
  "mcp-method": "tools/call",
  "mcp-name": "much__length",
};

const bare = JSON.stringify({
  jsonrpc: "2.0",
  id: 1,
  method: "tools/call",
  params: { name: "much__length", arguments: { text: "" }, _meta: meta },
});

/** A call whose body has exactly this many bytes. */
function bodyOf(bytes: number): string {
  return bare.replace('"text":""', `"text":"${"x".repeat(bytes - bare.length)}"`);
}

/** Sends a body in chunks, without saying beforehand how long it is. */
function exchangeInChunks(body: string): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const request = openRequest(front.url, { method: "POST", headers, agent: false }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, text });
      });
    });
    request.on("error", reject);
    for (let from = 0; from < body.length; from += 100_000) request.write(body.slice(from, from + 100_000));
    request.end();
  });
}

for (const [title, send] of [
  ["announced", (body: string) => exchange(front.url, headers, body)],
  ["in chunks", exchangeInChunks],
] as const) {
  for (const bytes of [mib, maxBodyBytes]) {
    test(`a message of ${bytes} bytes, ${title}, is taken and passed on whole`, async () => {
      const body = bodyOf(bytes);
      assert.equal(body.length, bytes);
      const { status, text } = await send(body);
      assert.equal(status, 200);
      assert.ok(text.includes(`"text":"${bytes - bare.length}"`), text.slice(0, 500));
    });
  }

  test(`a message of one byte more than ${maxBodyBytes}, ${title}, is refused, and its sender reads why`, async () => {
    const body = bodyOf(maxBodyBytes + 1);
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(body)));
    for (const { status, text } of answers) {
      assert.equal(status, 413);
      const message: unknown = JSON.parse(text);
      assert.ok(isJsonObject(message) && isJsonObject(message["error"]));
      assert.equal(message["error"]["code"], 41301);
      assert.ok(!("id" in message), "the id was not read");
    }
    assert.equal(textOf(await call(front.url, "healthy__echo", { text: "hi" })), "hi");
  });
}

for (const length of [mib - 1, mib, mib + 1, 4 * mib, 16 * mib]) {
  test(`an answer of ${length} characters arrives whole`, async () => {
    const text = textOf(await call(front.url, "much__long", { length }));
    assert.equal(text.length, length);
    assert.ok(text === "y".repeat(length));
  });
}

test("a line over the limit is dropped, the call it may have answered runs out of time, and the upstream goes on", async () => {
  const own = await openFront(rig, [fixture("much", "sends-much", { timeoutMs: 3000 })]);
  await own.reaches("much", "ready");
  const result = await call(own.url, "much__endless");
  assert.equal(failureOf(result)["code"], "deadline_exceeded");
  assert.equal(
    textOf(result),
    'The upstream "much" did not answer within 3000 ms. Ask for less at once. Look whether the call took effect before you repeat it; if it always takes this long, tell the user to raise timeoutMs of this server.',
  );
  await until(() => own.status("much").oddities.length > 0, "the line is noticed");
  assert.equal(own.status("much").oddities[0]?.latest, `dropped a line of more than ${maxFrameBytes} bytes`);
  assert.equal(textOf(await call(own.url, "much__echo", { text: "on" })), "on");
  await own.switchyard.close();
});

function requestText(url: URL, lines: readonly string[], body: string): string {
  const head = [`POST ${url.pathname} HTTP/1.1`, `host: ${url.host}`, ...lines, `content-length: ${body.length}`];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}

/** A client that sends this and then reads nothing. */
async function connectDeaf(url: URL, text: string): Promise<Socket> {
  const socket = connect(Number(url.port), url.hostname);
  socket.pause();
  socket.on("error", () => undefined);
  rig.defer(() => {
    socket.destroy();
  });
  await new Promise<void>((resolve) => {
    socket.write(text, () => {
      resolve();
    });
  });
  return socket;
}

/** A call that makes so much progress. */
function progressCall(count: number): string {
  const params = { name: "much__progress", arguments: { count }, _meta: { ...meta, progressToken: "p" } };
  return JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params });
}

function residentBytes(pid: number): number {
  const found = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(found?.[1]) * 1024;
}

test(
  "a client that never reads costs a bounded amount of memory, however much progress its call makes",
  { skip },
  async () => {
    const program = rig.use(await startProgram([fixture("much", "sends-much")]));
    const url = new URL(program.url);
    const lines = Object.entries({ ...headers, "mcp-name": "much__progress" }).map((pair) => pair.join(": "));
    // The first round warms up: what is compared is the same work twice.
    await connectDeaf(url, requestText(url, lines, progressCall(20_000)));
    assert.equal(textOf(await call(program.url, "much__echo", { text: "after it" })), "after it");
    const earlier = residentBytes(program.pid);
    const count = 90_000;
    await connectDeaf(url, requestText(url, lines, progressCall(count)));
    // One upstream answers in order: when this answer is there, all of the progress has passed the gateway.
    assert.equal(textOf(await call(program.url, "much__echo", { text: "after it" })), "after it");
    const grown = residentBytes(program.pid) - earlier;
    const sent = count * 2000;
    assert.ok(
      grown < sent / 3,
      `it grew by ${Math.round(grown / mib)} MiB for ${Math.round(sent / mib)} MiB that nobody read`,
    );
  },
);

test("a session whose stream is not read loses the stream, and nothing else", async () => {
  const url = new URL(front.url);
  const begun = await exchange(
    front.url,
    { "content-type": "application/json", accept: headers.accept },
    JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "initialize",
      params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "deaf", version: "1" } },
    }),
  );
  const id = begun.headers["mcp-session-id"];
  assert.ok(typeof id === "string");
  const session = { "content-type": "application/json", accept: headers.accept, "mcp-session-id": id };
  const send = async (method: string, params: JsonObject): Promise<string> =>
    (await exchange(front.url, session, JSON.stringify({ jsonrpc: "2.0", id: 2, method, params }))).text;
  assert.match(await send("logging/setLevel", { level: "debug" }), /"result":\{\}/);
  const stream = await connectDeaf(
    url,
    `GET ${url.pathname} HTTP/1.1\r\nhost: ${url.host}\r\naccept: text/event-stream\r\nmcp-session-id: ${id}\r\n\r\n`,
  );
  const count = (16 * maxUnreadBytes) / 2000;
  assert.match(await send("tools/call", { name: "much__log", arguments: { count } }), /sent/);
  const closed = new Promise<void>((resolve) => {
    stream.once("close", () => {
      resolve();
    });
  });
  stream.resume();
  await closed;
  assert.ok(stream.bytesRead < count * 2000, "what it did not read was not kept for it");
  assert.match(
    await send("tools/call", { name: "much__echo", arguments: { text: "still a session" } }),
    /still a session/,
  );
});
