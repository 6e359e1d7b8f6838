import assert from "node:assert/strict";
import { once } from "node:events";
import { type Server, createServer } from "node:http";
import { type Socket, connect } from "node:net";
import { type TestContext, after, before, suite, test } from "node:test";
import * as fc from "fast-check";
import { until } from "../../test/rig/until.ts";
import { ManualClock } from "../core/manual-clock.ts";
import { readBody } from "./body.ts";
import type { HttpRequest, HttpResponse } from "./http-exchange.ts";
import { QuickLane } from "./quick-lane.ts";
import { GatewayError } from "../core/errors.ts";

type Serve = (request: HttpRequest, response: HttpResponse) => void;

/** Tells a client what its request was read as. */
function reflect(request: HttpRequest, response: HttpResponse): void {
  readBody(request, (body) => {
    const { method, url, headers } = request;
    const text = body instanceof GatewayError ? body.code : body.toString("latin1");
    const answer = Buffer.from(JSON.stringify({ method, url, headers, text }));
    response.writeHead(200, { "content-type": "application/json", "content-length": answer.length });
    response.end(answer);
  });
}

interface Listening {
  readonly port: number;
  readonly lane: QuickLane | undefined;
  readonly clock: ManualClock;
  /** Requests that Node has read. */
  readonly byNode: () => number;
  close(): Promise<void>;
}

/** A server with a lane, or without. */
async function listen(serve: Serve, hasLane = true): Promise<Listening> {
  let byNode = 0;
  const server: Server = createServer({ keepAliveTimeout: 75_000 }, (request, response) => {
    byNode += 1;
    serve(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const clock = new ManualClock();
  const lane = hasLane ? new QuickLane(server, clock, serve) : undefined;
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  return {
    port: address.port,
    lane,
    clock,
    byNode: () => byNode,
    async close() {
      lane?.close();
      lane?.close();
      lane?.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function opened(context: TestContext, serve: Serve): Promise<Listening> {
  const listening = await listen(serve);
  context.after(() => listening.close());
  return listening;
}

/** A client that keeps what it is sent. */
function dial(context: TestContext, port: number): { readonly socket: Socket; readonly got: () => string } {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  let text = "";
  socket.on("data", (bytes) => (text += bytes.toString("latin1")));
  socket.on("error", () => undefined);
  context.after(() => socket.destroy());
  return { socket, got: () => text };
}

function post(body: string, ...lines: readonly string[]): string {
  return ["POST /mcp HTTP/1.1", "Host: localhost", ...lines, `Content-Length: ${body.length}`, "", body].join("\r\n");
}

const ordinary = fc.record({
  line: fc.constantFrom(
    "POST /mcp HTTP/1.1",
    "POST /mcp/u/x?y=%20z HTTP/1.1",
    "POST /mcp HTTP/1.1",
    "POST /mcpx HTTP/1.1",
  ),
  fields: fc.uniqueArray(
    fc.tuple(
      fc.stringMatching(/^[Xx]-[A-Za-z0-9_.!~-]{1,8}$/),
      fc.stringMatching(/^[ \t]{0,2}([!-~]([ -~\t]{0,9}[!-~])?)?[ \t]?$/),
    ),
    { maxLength: 4, selector: ([name]) => name.toLowerCase() },
  ),
  body: fc.string({ unit: "binary-ascii", maxLength: 40 }),
});
/** Lines that make a request unusual or wrong, and what makes it so without one. */
const oddities = [
  "GET /mcp HTTP/1.1",
  "POST /api/call HTTP/1.1",
  "POST /mcp HTTP/1.0",
  "POST  /mcp HTTP/1.1",
  "POST /mcp",
  "BREW /mcp HTTP/1.1",
  "Transfer-Encoding: chunked",
  "Transfer-Encoding : chunked",
  "Content-Length: 0",
  "Content-Length: 3",
  "Content-length: +5",
  "Connection: Keep-Alive",
  "Connection: upgrade",
  "Upgrade: h2c",
  "Expect: 200-ok",
  "Host: other",
  "no colon",
  ": no name",
  "Bad Name: x",
  "X-Folded: a\r\n b",
  "X-Null: a\0b",
  "X-High: gr\xf6\xdfe",
  "X-Feed: a\nTransfer-Encoding: chunked",
  "X-Return: a\rb",
  "Cookie: a=1\r\nCookie: b=2",
  "__proto__: x",
] as const;
const oneRequest = fc
  .tuple(ordinary, fc.option(fc.constantFrom(...oddities), { freq: 2 }))
  .map(([{ line, fields, body }, oddity]) => {
    const isLine = oddity !== null && / ?\/mcp| \/api/.test(oddity);
    const head = [isLine ? oddity : line, "Host: localhost", ...fields.map(([name, value]) => `${name}:${value}`)];
    if (oddity !== null && !isLine) head.splice(2, 0, oddity);
    return [...head, `Content-Length: ${body.length}`, "", body].join("\r\n");
  });

/** Everything that a server answers to these pieces on one connection, until it closes it. */
async function answersTo(port: number, pieces: readonly Buffer[], isWaiting: boolean): Promise<string[]> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  let text = "";
  socket.on("data", (bytes) => (text += bytes.toString("latin1")));
  socket.on("error", () => undefined);
  const closed = once(socket, "close");
  for (const [index, piece] of pieces.entries()) {
    await new Promise((resolve) => {
      socket.write(piece, resolve);
    });
    const isAnswered = (): boolean => socket.closed || text.split(/HTTP\/1\.1 \d/).length > index + 1;
    if (isWaiting) await until(isAnswered, "it was answered");
  }
  await closed;
  return text.split(/(?=HTTP\/1\.1 \d)/).map((answer) => {
    const [head = "", ...body] = answer.split("\r\n\r\n");
    const [status = "", ...fields] = head.split("\r\n");
    const named = fields.map((field) => field.replace(/^[^:]+/, (name) => name.toLowerCase()));
    const lasting = named.filter((field) => !field.startsWith("date:")).toSorted();
    return [status, ...lasting, ...body].join("\n");
  });
}

function isRefusal(answer: string): boolean {
  return answer.startsWith("HTTP/1.1 400");
}

suite("beside Node", () => {
  let quick: Listening;
  let node: Listening;
  before(async () => {
    quick = await listen(reflect);
    node = await listen(reflect, false);
  });
  after(async () => {
    await quick.close();
    await node.close();
  });

  test("every request is answered as Node answers it, whatever came before it on the connection and however it is cut", async () => {
    const last = "GET /end HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    await fc.assert(
      fc.asyncProperty(
        fc.array(oneRequest, { minLength: 1, maxLength: 3 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 }),
        fc.boolean(),
        async (requests, places, isWaiting) => {
          const bytes = Buffer.from(requests.join("") + last, "latin1");
          const at = places.map((place) => Math.floor(place * bytes.length)).toSorted((a, b) => a - b);
          const cut = isWaiting
            ? [...requests, last].map((request) => Buffer.from(request, "latin1"))
            : [0, ...at].map((start, index) => bytes.subarray(start, at[index]));
          const [found, wanted] = [
            await answersTo(quick.port, cut, isWaiting),
            await answersTo(node.port, cut, isWaiting),
          ];
          if (![...found, ...wanted].some(isRefusal)) assert.deepEqual(found, wanted);
          else {
            // Where something is wrong, Node closes the connection: how much of what came before is answered by then is luck.
            const [less, more] = [found, wanted]
              .map((list) => list.filter((answer) => !isRefusal(answer)))
              .toSorted((one, other) => one.length - other.length);
            assert.deepEqual(less, more?.slice(0, less?.length));
            assert.ok(!more?.some((answer) => answer.includes('"/end"')), "nothing behind it was served");
          }
        },
      ),
      { numRuns: 150 },
    );
    assert.ok(quick.byNode() < node.byNode(), "the lane has read some of them by itself");
  });
});

test("requests on one connection are answered in their order, also those that came early", async (context) => {
  const waiting: (() => void)[] = [];
  const { port, byNode } = await opened(context, (request, response) => {
    waiting.push(() => {
      reflect(request, response);
    });
  });
  const { socket, got } = dial(context, port);
  socket.write(post("1"));
  await until(() => waiting.length === 1, "the first came");
  socket.write(post("2"));
  socket.write(post("3"));
  const texts = (): (string | undefined)[] => [...got().matchAll(/"text":"(\d)"/g)].map(([, digit]) => digit);
  for (const count of [1, 2, 3]) {
    await until(() => waiting.length >= count, `request ${count} is under way`);
    waiting[count - 1]?.();
    await until(() => texts().length === count, "it was answered");
  }
  assert.deepEqual(texts(), ["1", "2", "3"]);
  assert.ok(byNode() <= 2, "the first was read by the lane");
});

test("a client that sends head and body one after the other stays in the lane; one that sends more pieces does not", async (context) => {
  const { port, byNode } = await opened(context, reflect);
  const { socket, got } = dial(context, port);
  const [head = "", body = ""] = post("hello").split(/(?<=\r\n\r\n)/);
  const answered = (count: number): boolean => got().split('"text":"hello"').length === count + 1;
  socket.write(head);
  await new Promise((resolve) => setImmediate(resolve));
  socket.write(body);
  await until(() => answered(1), "it was answered");
  assert.equal(byNode(), 0);
  for (const piece of [head.slice(0, 30), head.slice(30), body]) {
    socket.write(piece);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await until(() => answered(2), "it was answered too");
  assert.equal(byNode(), 1);
});

test("an answer may come as a stream, whose client is heard when it leaves", async (context) => {
  let streaming: HttpResponse | undefined;
  const closes: boolean[] = [];
  const { port } = await opened(context, (_request, response) => {
    streaming = response;
    response.on("close", () => closes.push(response.writableFinished));
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.flushHeaders();
    response.write("data: größe\n\n");
    response.write("");
  });
  const { socket, got } = dial(context, port);
  socket.write(post(""));
  await until(() => got().includes("\r\n\r\n"), "it began");
  assert.match(got(), /transfer-encoding: chunked\r\n\r\nf\r\ndata: grÃ¶Ã\x9fe\n\n\r\n$/);
  streaming?.end("data: last\n\n");
  await until(() => got().endsWith("\r\n0\r\n\r\n"), "it ended");
  assert.deepEqual(closes, [true]);
  socket.write(post(""));
  await until(() => got().split("HTTP/1.1 200 OK").length === 3, "the connection serves the next");
  socket.destroy();
  await until(() => closes.length === 2, "it was heard that the client left");
  assert.deepEqual(closes, [true, false]);
  assert.equal(streaming?.write("x"), false);
  assert.equal(streaming.destroyed, true);
});

test("an answer whose length is said goes out piece by piece as Node sends it, and the next one behind it", async (context) => {
  const pieces = ["a".repeat(20_000), "", "é", "b".repeat(300_000)].map((text) => Buffer.from(text));
  const whole = Buffer.concat(pieces);
  const serve: Serve = (_request, response) => {
    response.writeHead(200, { "content-type": "text/plain", "content-length": whole.length });
    for (const piece of pieces.slice(0, -1)) response.write(piece);
    response.end(pieces.at(-1));
  };
  for (const hasLane of [true, false]) {
    const listening = await listen(serve, hasLane);
    context.after(() => listening.close());
    const socket = connect(listening.port, "127.0.0.1");
    const request = "POST /mcp HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}";
    for (let time = 0; time < 2; time += 1) {
      socket.write(request);
      let text = "";
      while (!text.endsWith("bb") || text.length < whole.length) {
        const [chunk] = await once(socket, "data");
        text += Buffer.from(chunk).toString("latin1");
      }
      const [head = "", body = ""] = text.split("\r\n\r\n");
      assert.equal(body, whole.toString("latin1"));
      assert.match(head.toLowerCase(), new RegExp(`^http/1.1 200 ok\r\n[^]*content-length: ${whole.length}(\r\n|$)`));
      assert.ok(!head.toLowerCase().includes("chunked"));
    }
    assert.equal(listening.byNode(), hasLane ? 0 : 2);
    socket.destroy();
  }
});

test("of a client that does not read, the answer has not gone out until it does", async (context) => {
  let finished: boolean | undefined;
  let response: HttpResponse | undefined;
  const { port } = await opened(context, (_request, given) => {
    response = given;
    given.on("close", () => (finished = given.writableFinished));
    const body = Buffer.alloc(30_000_000, "x");
    given.writeHead(200, { "content-length": body.length });
    given.end(body);
  });
  const socket = connect({ port, host: "127.0.0.1" });
  context.after(() => socket.destroy());
  socket.write(post(""));
  await until(() => response !== undefined, "it was served");
  assert.ok(Number(response?.writableLength) > 0);
  assert.equal(finished, undefined);
  socket.resume();
  await until(() => finished !== undefined, "it has gone out");
  assert.equal(finished, true);
});

test("a header that would break out of its line is not sent", async (context) => {
  const { port } = await opened(context, (_request, response) => {
    assert.throws(() => response.setHeader("x-a", "b\r\nx-evil: 1"), /The header x-a cannot have such a value/);
    response.setHeader("x-a", "one");
    response.setHeader("x-a", 2);
    response.writeHead(204);
    response.end();
  });
  const { socket, got } = dial(context, port);
  socket.write(post(""));
  await until(() => got().endsWith("\r\n\r\n"), "it was answered");
  assert.match(
    got(),
    /^HTTP\/1\.1 204 No Content\r\nx-a: 2\r\ndate: [^\r]+ GMT\r\nconnection: keep-alive\r\nkeep-alive: timeout=75\r\n\r\n$/,
  );
});

test("a connection that is idle for 75 s is closed, also one with half a request; a busy one is not", async (context) => {
  let answer: (() => void) | undefined;
  const { port, clock } = await opened(context, (request, response) => {
    answer = () => {
      reflect(request, response);
    };
  });
  const [silent, half, busy] = [dial(context, port), dial(context, port), dial(context, port)];
  half.socket.write(post("hello").slice(0, -2));
  busy.socket.write(post(""));
  await until(() => answer !== undefined, "the busy one is");
  await until(() => {
    clock.advance(30_000);
    return silent.socket.destroyed && half.socket.destroyed;
  }, "the idle ones are closed");
  assert.equal(busy.socket.destroyed, false);
  answer?.();
  await until(() => busy.got().endsWith("}"), "it was answered");
});

test("a lane that closes ends idle connections at once and busy ones with their answer", async (context) => {
  const answers: (() => void)[] = [];
  const { port, lane } = await opened(context, (request, response) => {
    answers.push(() => {
      reflect(request, response);
    });
  });
  const [idle, busy] = [dial(context, port), dial(context, port)];
  idle.socket.write(post("a"));
  busy.socket.write(post("b"));
  await until(() => answers.length === 2, "both came");
  answers[0]?.();
  await until(() => idle.got() !== "" || busy.got() !== "", "one was answered");
  const closes = Promise.all([once(idle.socket, "close"), once(busy.socket, "close")]);
  lane?.close();
  answers[1]?.();
  await closes;
  const kinds = [idle, busy].map(({ got }) => /connection: (\S+)/.exec(got())?.[1] ?? "");
  assert.deepEqual(
    kinds.toSorted((one, other) => one.localeCompare(other)),
    ["close", "keep-alive"],
  );
});
