import assert from "node:assert/strict";
import { type ClientRequest, type IncomingMessage, request as httpRequest } from "node:http";
import { test } from "node:test";
import { startSwitchyard } from "../../src/gateway.ts";
import { SseReader } from "../../src/transport/sse.ts";
import { ScriptedServer, legacyScript } from "../rig/scripted-server.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";
import { verifies } from "../requirements/verifies.ts";

fileRig();

interface Event {
  readonly id: string | undefined;
  readonly message:
    | { readonly method?: string; readonly id?: unknown; readonly params?: { progress?: number } }
    | undefined;
}

/** An open stream, and what came on it. */
class Stream {
  readonly events: Event[] = [];
  /** Ids that it gave, those of events without data too. */
  readonly ids: string[] = [];
  readonly #request: ClientRequest;
  readonly #ended = Promise.withResolvers<void>();
  #wake = Promise.withResolvers<void>();

  constructor(origin: string, method: string, headers: Record<string, string>, body?: object) {
    this.#request = httpRequest(`${origin}/mcp`, {
      method,
      headers: { accept: "application/json, text/event-stream", "content-type": "application/json", ...headers },
    });
    this.#request.on("error", () => {
      this.#ended.resolve();
    });
    void this.#read();
    this.#request.end(body === undefined ? undefined : JSON.stringify(body));
  }

  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Breaks the connection, as a network does. */
  break(): void {
    this.#request.destroy();
  }

  async until(isThere: (events: readonly Event[]) => boolean): Promise<void> {
    while (!isThere(this.events)) await this.#wake.promise;
  }

  async #read(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<IncomingMessage>();
    this.#request.once("response", resolve);
    const response = await promise;
    let lastId: string | undefined;
    const reader = new SseReader({
      event: ({ data, id }) => {
        lastId = id;
        const text = data.toString();
        this.events.push({ id: lastId, message: text === "" ? undefined : JSON.parse(text) });
        this.#wake.resolve();
        this.#wake = Promise.withResolvers();
      },
      id: (id) => this.ids.push(id),
      retry: () => undefined,
      tooLong: () => undefined,
    });
    response.on("data", (chunk: Buffer) => {
      reader.push(chunk);
    });
    response.on("end", () => {
      this.#ended.resolve();
    });
    response.on("error", () => {
      this.#ended.resolve();
    });
  }
}

const handshake = {
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "1" } },
};

async function sessionAt(origin: string): Promise<Record<string, string>> {
  const response = await fetch(`${origin}/mcp`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json, text/event-stream" },
    body: JSON.stringify(handshake),
  });
  await response.text();
  return { "mcp-session-id": response.headers.get("mcp-session-id") ?? "", "mcp-protocol-version": "2025-11-25" };
}

test("a client that lost its connection in a call goes on where it was, misses nothing and gets the answer", async () => {
  verifies("session.resume");
  const server = new ScriptedServer({ ...legacyScript(), "tools/call": "silence" });
  await using switchyard = startSwitchyard({
    upstreams: [
      { name: "up", target: { kind: "channel", open: server.open }, timeoutMs: 60_000, startTimeoutMs: 5000 },
    ],
  });
  const { origin } = await switchyard.listen({ host: "127.0.0.1", port: 0, allowedHosts: [], allowedOrigins: [] });
  const headers = await sessionAt(origin);
  const called = server.next("tools/call");
  const params = { name: "up__echo", arguments: {}, _meta: { progressToken: "p" } };
  const first = new Stream(origin, "POST", headers, { jsonrpc: "2.0", id: 7, method: "tools/call", params });
  const { id } = await called;
  const progress = (done: number): void => {
    server.notify("notifications/progress", { progressToken: id, progress: done });
  };
  progress(1);
  await first.until((events) => events.some(({ message }) => message?.params?.progress === 1));
  first.break();
  await first.ended;
  progress(2);
  progress(3);
  const last = first.events.at(-1)?.id ?? "";
  const second = new Stream(origin, "GET", { ...headers, "last-event-id": last });
  await second.until((events) => events.length >= 2);
  server.complete(id ?? 0, { content: [] });
  await second.ended;
  assert.deepEqual(
    second.events.map(({ message }) => message?.params?.progress ?? message?.id),
    [2, 3, 7],
  );
  const third = new Stream(origin, "GET", { ...headers, "last-event-id": last });
  await third.ended;
  assert.equal(third.events.length, 3);
  assert.equal(server.received.filter(({ method }) => method === "tools/call").length, 1);
});

test("the stream of a session goes on after a break, and an id that is not known begins a new one", async () => {
  verifies("session.resume");
  const server = new ScriptedServer(legacyScript());
  await using switchyard = startSwitchyard({
    upstreams: [
      { name: "up", target: { kind: "channel", open: server.open }, timeoutMs: 60_000, startTimeoutMs: 5000 },
    ],
  });
  const { origin } = await switchyard.listen({ host: "127.0.0.1", port: 0, allowedHosts: [], allowedOrigins: [] });
  await switchyard.tried;
  const headers = await sessionAt(origin);
  const stream = new Stream(origin, "GET", headers);
  server.answer("tools/list", { tools: [] });
  server.notify("notifications/tools/list_changed");
  await stream.until((events) => events.some(({ message }) => message?.method === "notifications/tools/list_changed"));
  stream.break();
  await stream.ended;
  const again = new Stream(origin, "GET", { ...headers, "last-event-id": stream.events.at(-1)?.id ?? "" });
  const listed = server.next("tools/list");
  server.answer("tools/list", { tools: [{ name: "back" }] });
  server.notify("notifications/tools/list_changed");
  await listed;
  await again.until((events) => events.some(({ message }) => message?.method === "notifications/tools/list_changed"));
  again.break();
  await again.ended;
  const fresh = new Stream(origin, "GET", { ...headers, "last-event-id": "99-99" });
  // A change that is told before it is open goes to the stream before it.
  await until(() => fresh.ids.length > 0, "the new stream is open");
  server.answer("tools/list", { tools: [] });
  server.notify("notifications/tools/list_changed");
  await fresh.until((events) => events.some(({ message }) => message?.method === "notifications/tools/list_changed"));
  fresh.break();
});

/** A session with two calls under way, each on a stream of its own, which tell progress when they are told to. */
async function twoCalls() {
  const server = new ScriptedServer({ ...legacyScript(), "tools/call": "silence" });
  const switchyard = startSwitchyard({
    upstreams: [
      { name: "up", target: { kind: "channel", open: server.open }, timeoutMs: 60_000, startTimeoutMs: 5000 },
    ],
  });
  const { origin } = await switchyard.listen({ host: "127.0.0.1", port: 0, allowedHosts: [], allowedOrigins: [] });
  const headers = await sessionAt(origin);
  const calls: {
    readonly stream: Stream;
    readonly tell: (progress: number) => void;
    readonly complete: () => void;
  }[] = [];
  for (const id of [1, 2]) {
    const called = server.next("tools/call");
    const params = { name: "up__echo", arguments: {}, _meta: { progressToken: `p${id}` } };
    const stream = new Stream(origin, "POST", headers, { jsonrpc: "2.0", id, method: "tools/call", params });
    const { id: upstreamId = 0 } = await called;
    const tell = (progress: number): void => {
      server.notify("notifications/progress", { progressToken: upstreamId, progress });
    };
    tell(id * 10);
    await stream.until((events) => events.some(({ message }) => message !== undefined));
    calls.push({ stream, tell, complete: () => server.complete(upstreamId, { content: [] }) });
  }
  return {
    origin,
    headers,
    calls,
    async [Symbol.asyncDispose]() {
      for (const { complete } of calls) complete();
      await switchyard.close();
    },
  };
}

test("an event without data begins the streams of 2025-11-25, with an id to come back with", async () => {
  verifies("session.primed");
  await using stand = await twoCalls();
  for (const { stream } of stand.calls) {
    assert.match(stream.ids[0] ?? "", /^\d+-0$/);
    assert.match(stream.events[0]?.id ?? "", /^\d+-1$/);
    stream.break();
  }
});

test("ids of events are unique in their session and say of which stream they are", async () => {
  verifies("session.event-ids");
  await using stand = await twoCalls();
  const ids = stand.calls.map(({ stream }) => stream.events.map(({ id }) => id ?? ""));
  assert.equal(new Set(ids.flat()).size, ids.flat().length);
  const streams = ids.map((own) => new Set(own.map((id) => id.split("-")[0])));
  assert.deepEqual(
    streams.map(({ size }) => size),
    [1, 1],
  );
  assert.notDeepEqual(streams[0], streams[1]);
  for (const { stream } of stand.calls) stream.break();
});

test("what another stream brought is not sent again to who comes back for one", async () => {
  verifies("session.resume-own-stream");
  await using stand = await twoCalls();
  const [one, other] = stand.calls;
  assert.ok(one !== undefined && other !== undefined);
  for (const { stream } of stand.calls) {
    stream.break();
    await stream.ended;
  }
  one.tell(11);
  other.tell(21);
  one.complete();
  const last = one.stream.events.at(-1)?.id ?? "";
  const back = new Stream(stand.origin, "GET", { ...stand.headers, "last-event-id": last });
  await back.ended;
  assert.deepEqual(
    back.events.map(({ message }) => message?.params?.progress ?? message?.id),
    [11, 1],
  );
});
