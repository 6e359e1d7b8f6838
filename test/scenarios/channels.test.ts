import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { WebSocket, WebSocketServer } from "ws";
import { systemClock } from "../../src/core/clock.ts";
import { GatewayError } from "../../src/core/errors.ts";
import { ManualClock } from "../../src/core/manual-clock.ts";
import { type Channel, maxFrameBytes } from "../../src/transport/channel.ts";
import { testChannel } from "../../src/transport/channel.contract.ts";
import { openSse } from "../../src/transport/sse-channel.ts";
import { type WebSocketChannel, connectWebSocket, webSocketTaker } from "../../src/transport/web-socket.ts";
import { fileRig } from "../rig/rig.ts";
import { type SsePeerOptions, ssePeer } from "../rig/sse-peer.ts";
import { until } from "../rig/until.ts";
import { verifies } from "../requirements/verifies.ts";

/*
 * Channels over real sockets. That of a child is tested among the faults, beside what else can happen to a child; those inside one
 * process beside their code.
 */

fileRig();

const never = new AbortController().signal;

/** What a test does with the other end of a WebSocket, whichever side that is. */
function peerOf(peer: WebSocket) {
  const received: string[] = [];
  peer.on("message", (data) => {
    if (Buffer.isBuffer(data)) received.push(data.toString());
  });
  peer.on("error", () => undefined);
  return {
    peerSends: (frame: string): void => {
      peer.send(frame);
    },
    peerSendsCut: (frames: readonly string[]): void => {
      for (const frame of frames) {
        const bytes = Buffer.from(frame);
        for (let from = 0; from < bytes.length; from += 97) {
          peer.send(bytes.subarray(from, from + 97), { binary: false, fin: from + 97 >= bytes.length });
        }
      }
    },
    peerReceived: () => received,
    peerEnds: (): void => {
      peer.close();
    },
    peerVanishes: (): void => {
      peer.terminate();
    },
    peerStopsReading: (): void => {
      peer.pause();
    },
  };
}

function portOf(server: { address(): ReturnType<WebSocketServer["address"]> }): number {
  const address = server.address();
  assert.ok(address !== null && typeof address !== "string");
  return address.port;
}

testChannel({
  name: "a WebSocket to an upstream",
  limit: { bytes: maxFrameBytes, tooLong: "ended" },
  make: async () => {
    const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
    await once(server, "listening");
    const connected = once(server, "connection");
    const url = `ws://127.0.0.1:${portOf(server)}/mcp`;
    const channel = await connectWebSocket({ url, headers: {} }, systemClock, never);
    const [peer] = await connected;
    assert.ok(peer instanceof WebSocket);
    return {
      channel,
      ...peerOf(peer),
      async [Symbol.asyncDispose]() {
        peer.terminate();
        await channel.close();
        server.close();
        await once(server, "close");
      },
    };
  },
});

const takenBytes = 4 * 1024 * 1024;

testChannel({
  name: "a WebSocket from a downstream",
  limit: { bytes: takenBytes, tooLong: "ended" },
  make: async () => {
    const server = createServer();
    const taken = Promise.withResolvers<WebSocketChannel>();
    const take = webSocketTaker({ clock: systemClock, maxFrameBytes: takenBytes });
    server.on("upgrade", (request, wire, head) => {
      take(request, wire, head, taken.resolve);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const peer = new WebSocket(`ws://127.0.0.1:${portOf(server)}/mcp`, "mcp");
    const channel = await taken.promise;
    await once(peer, "open");
    return {
      channel,
      ...peerOf(peer),
      async [Symbol.asyncDispose]() {
        peer.terminate();
        await channel.close();
        server.close();
        await once(server, "close");
      },
    };
  },
});

testChannel({
  name: "HTTP+SSE",
  limit: { bytes: maxFrameBytes, tooLong: "ended" },
  make: async () => {
    const peer = await ssePeer();
    const channel = await openSse({ url: peer.url, headers: {} }, systemClock, never);
    return {
      channel,
      peerSends: (frame) => {
        peer.send(frame);
      },
      peerSendsCut: (frames) => {
        const bytes = frames.map((frame) => `data: ${frame}\n\n`).join("");
        for (let from = 0; from < bytes.length; from += 97) peer.write(bytes.slice(from, from + 97));
      },
      peerReceived: () => peer.received,
      peerEnds: () => {
        peer.endStream();
      },
      peerVanishes: () => {
        peer.breakStream();
      },
      peerStopsReading: () => {
        peer.answerWith("silence");
      },
      async [Symbol.asyncDispose]() {
        await channel.close();
        await peer[Symbol.asyncDispose]();
      },
    };
  },
});

async function refusalOf(opening: Promise<Channel>): Promise<GatewayError> {
  try {
    await (await opening).close();
  } catch (thrown) {
    assert.ok(thrown instanceof GatewayError);
    return thrown;
  }
  return assert.fail("it was opened");
}

for (const [what, options, code, says] of [
  ["that there is nothing", { status: 404 }, "upstream_protocol_error", /HTTP 404/],
  ["that we may not", { status: 401 }, "upstream_refused_credentials", /HTTP 401/],
  ["with JSON", { contentType: "application/json" }, "upstream_protocol_error", /application\/json, not events/],
  ["with a message before the endpoint", { opening: () => "data: {}\n\n" }, "upstream_protocol_error", /did not say/],
  [
    "that messages go to a stranger",
    { opening: () => "event: endpoint\ndata: http://127.0.0.1:9/message\n\n" },
    "upstream_protocol_error",
    /http:\/\/127\.0\.0\.1:9, which is not its own origin/,
  ],
  [
    "that messages go to a stranger, without a scheme",
    { opening: () => "event: endpoint\ndata: //example.com/message\n\n" },
    "upstream_protocol_error",
    /http:\/\/example\.com, which is not its own origin/,
  ],
] as const satisfies readonly (readonly [string, SsePeerOptions, string, RegExp])[]) {
  test(`an event stream is not opened where the server answers ${what}`, async () => {
    await using peer = await ssePeer(options);
    const refusal = await refusalOf(openSse({ url: peer.url, headers: {} }, systemClock, never));
    assert.equal(refusal.code, code);
    assert.match(refusal.message, says);
  });
}

test("an endpoint may be a whole address at the same origin", async () => {
  verifies("http-sse.endpoint");
  await using peer = await ssePeer({
    opening: (origin) => `: hello\n\nevent: endpoint\ndata: ${origin}/message?session=1\n\n`,
  });
  const channel = await openSse({ url: peer.url, headers: {} }, systemClock, never);
  channel.send("{}");
  await until(() => peer.received.length === 1, "the message has arrived");
  await channel.close();
});

test("an opening that is given up leaves nothing behind", async () => {
  await using peer = await ssePeer({ opening: () => ": not yet\n\n" });
  const giveUp = new AbortController();
  const opening = openSse({ url: peer.url, headers: {} }, systemClock, giveUp.signal);
  const reason = new GatewayError("shutting_down", "The gateway is stopping");
  giveUp.abort(reason);
  assert.equal(await refusalOf(opening), reason);
  const silent = createServer();
  silent.listen(0, "127.0.0.1");
  await once(silent, "listening");
  const giveUpWebSocket = new AbortController();
  silent.on("upgrade", (_request, wire) => {
    wire.on("error", () => undefined).on("end", () => wire.destroy());
    wire.resume();
    giveUpWebSocket.abort(reason);
  });
  const url = `ws://127.0.0.1:${portOf(silent)}`;
  assert.equal(await refusalOf(connectWebSocket({ url, headers: {} }, systemClock, giveUpWebSocket.signal)), reason);
  silent.close();
  await once(silent, "close");
});

test("a message that is refused is told to its sender alone; a session that is forgotten ends the channel", async () => {
  await using peer = await ssePeer();
  const channel = await openSse({ url: peer.url, headers: {} }, systemClock, never);
  const told: string[] = [];
  channel.start({
    frame: () => undefined,
    noise: () => undefined,
    ended: ({ reason }) => told.push(`ended: ${reason}`),
  });
  const send = (): void => {
    channel.send("{}", ({ code, data }) => told.push(`${code} ${String(data?.["status"])}`));
  };
  for (const status of [413, 202, 503] as const) {
    peer.answerWith(status);
    send();
    await until(() => channel.unsentBytes === 0, "the message was answered");
  }
  assert.deepEqual(told, ["upstream_protocol_error 413", "upstream_protocol_error 503"]);
  peer.answerWith(404);
  send();
  await until(() => told.length === 4, "the channel has ended");
  assert.deepEqual(told.slice(2), [
    "upstream_unavailable 404",
    "ended: the upstream no longer knows our session (HTTP 404)",
  ]);
  await channel.close();
});

test("a server that holds back its answer to one message gets the next after a second", async () => {
  await using peer = await ssePeer();
  const clock = new ManualClock();
  const channel = await openSse({ url: peer.url, headers: {} }, clock, never);
  peer.answerWith("silence");
  channel.send('"held"');
  channel.send('"next"');
  await until(() => peer.posts === 1, "the first has arrived");
  peer.answerWith(202);
  clock.advance(1000);
  await until(() => peer.received.length > 0, "the next has arrived");
  assert.deepEqual(peer.received, ['"next"']);
  await channel.close();
  assert.equal(clock.pending, 0);
});

for (const [what, status, code] of [
  ["401", 401, "upstream_refused_credentials"],
  ["404", 404, "upstream_protocol_error"],
  ["503", 503, "upstream_protocol_error"],
] as const) {
  test(`a WebSocket is not opened where the server answers ${what}`, async () => {
    const server = createServer();
    server.on("upgrade", (_request, wire) => {
      wire.end(`HTTP/1.1 ${status} No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `ws://127.0.0.1:${portOf(server)}/mcp`;
    const refusal = await refusalOf(connectWebSocket({ url, headers: {} }, systemClock, never));
    assert.equal(refusal.code, code);
    assert.equal(refusal.data?.["status"], status);
    server.close();
    await once(server, "close");
  });
}

test("a WebSocket is not opened without the subprotocol, nor where nobody listens", async () => {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, handleProtocols: () => false });
  await once(server, "listening");
  const url = `ws://127.0.0.1:${portOf(server)}/mcp#part`;
  const refusal = await refusalOf(connectWebSocket({ url, headers: {} }, systemClock, never));
  assert.equal(refusal.code, "upstream_protocol_error");
  assert.match(refusal.message, /subprotocol/);
  server.close();
  await once(server, "close");
  const nobody = await refusalOf(connectWebSocket({ url, headers: {} }, systemClock, never));
  assert.equal(nobody.code, "upstream_unavailable");
  assert.equal(nobody.data?.["reason"], "ECONNREFUSED");
});
