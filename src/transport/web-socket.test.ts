import assert from "node:assert/strict";
import { createServer, request } from "node:http";
import type { Duplex } from "node:stream";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { WebSocket } from "ws";
import { ManualClock } from "../core/manual-clock.ts";
import type { ChannelReceiver } from "./channel.ts";
import { testChannel } from "./channel.contract.ts";
import { wirePair } from "../../test/rig/wire.ts";
import { type WebSocketChannel, pingMs, webSocketTaker } from "./web-socket.ts";

const limitBytes = 8 * 1024 * 1024;

/** The two ends of a WebSocket inside this process, and the client's end of the wire between them. */
interface Ends {
  readonly channel: WebSocketChannel;
  readonly client: WebSocket;
  readonly wire: Duplex;
}

/** Shakes hands as over a network, without one: the server is given its end of a wire by hand. */
async function ends(clock = new ManualClock(), autoPong = true): Promise<Ends> {
  const [wire, far] = wirePair();
  const server = createServer();
  const taken = Promise.withResolvers<WebSocketChannel>();
  const take = webSocketTaker({ clock, maxFrameBytes: limitBytes });
  server.on("upgrade", (message, socket, head) => {
    take(message, socket, head, taken.resolve);
  });
  server.emit("connection", far);
  const options = { createConnection: () => wire, perMessageDeflate: false, autoPong };
  const client = new WebSocket("ws://in.process/", "mcp", options);
  client.on("error", () => undefined);
  const opened = Promise.withResolvers<void>();
  client.on("open", opened.resolve);
  const channel = await taken.promise;
  await opened.promise;
  return { channel, client, wire };
}

function closeCodeOf(client: WebSocket): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  client.on("close", resolve);
  return promise;
}

function endOf(channel: WebSocketChannel, frame: ChannelReceiver["frame"] = () => undefined): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  channel.start({
    frame,
    noise: () => undefined,
    ended: ({ reason }) => {
      resolve(reason);
    },
  });
  return promise;
}

/** Lets what was written on one end arrive at the other, and what is written because of that arrive back. */
async function roundTrip(client: WebSocket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  client.once("pong", () => {
    resolve();
  });
  client.ping();
  await promise;
}

testChannel({
  name: "a WebSocket inside one process",
  limit: { bytes: limitBytes, tooLong: "ended" },
  make: async () => {
    const clock = new ManualClock();
    const { channel, client, wire } = await ends(clock);
    const received: string[] = [];
    client.on("message", (data) => {
      if (Buffer.isBuffer(data)) received.push(data.toString());
    });
    return {
      channel,
      peerSends: (frame) => {
        client.send(frame);
      },
      peerSendsCut: (frames) => {
        for (const frame of frames) {
          const bytes = Buffer.from(frame);
          const middle = Math.floor(bytes.length / 3);
          client.send(bytes.subarray(0, middle), { binary: false, fin: false });
          client.send(bytes.subarray(middle), { binary: false, fin: true });
        }
      },
      peerReceived: () => received,
      peerEnds: () => {
        client.close();
      },
      peerVanishes: () => {
        wire.destroy();
      },
      peerStopsReading: () => {
        client.pause();
      },
      [Symbol.asyncDispose]: async () => {
        const closed = channel.close();
        clock.advance(2000);
        await closed;
      },
    };
  },
});

test("a binary message is refused with code 1003", async () => {
  const { channel, client } = await ends();
  const ended = endOf(channel);
  const code = closeCodeOf(client);
  client.send(Buffer.from("{}"), { binary: true });
  assert.equal(await code, 1003);
  assert.match(await ended, /binary/);
});

test("a message over the limit is refused with code 1009", async () => {
  const { channel, client } = await ends();
  const ended = endOf(channel);
  const code = closeCodeOf(client);
  client.send("x".repeat(limitBytes + 1));
  assert.equal(await code, 1009);
  assert.match(await ended, new RegExp(`more than ${limitBytes} bytes`));
});

test("text that is not UTF-8 is refused with code 1007", async () => {
  const { channel, client } = await ends();
  const ended = endOf(channel);
  const code = closeCodeOf(client);
  client.send(Buffer.from([0x22, 0xff, 0x22]), { binary: false });
  assert.equal(await code, 1007);
  assert.match(await ended, /UTF-8/);
});

test("the peer is told why the channel is closed, and tells why it closes", async () => {
  const one = await ends();
  const code = closeCodeOf(one.client);
  await one.channel.close(1001, "the gateway stops");
  assert.equal(await code, 1001);
  const other = await ends();
  const ended = endOf(other.channel);
  other.client.close(1000, "enough");
  assert.equal(await ended, 'it closed the WebSocket with code 1000: "enough"');
});

test("a peer that answers pings stays, however long it says nothing", async () => {
  const clock = new ManualClock();
  const { channel, client, wire } = await ends(clock);
  const ended = endOf(channel);
  for (let minute = 0; minute < 10; minute += 1) {
    clock.advance(pingMs);
    await roundTrip(client);
  }
  wire.destroy();
  assert.equal(await ended, "the connection broke");
  assert.equal(clock.pending, 0);
});

test("a peer that does not answer a ping is cut off before the next", async () => {
  const clock = new ManualClock();
  const { channel, client } = await ends(clock, false);
  const ended = endOf(channel);
  const pinged = Promise.withResolvers<void>();
  client.once("ping", () => {
    pinged.resolve();
  });
  clock.advance(pingMs);
  await pinged.promise;
  await nextTurn();
  clock.advance(pingMs);
  assert.match(await ended, /did not answer a ping within 30000 ms/);
  assert.equal(clock.pending, 0);
});

test("a peer that does not answer the closing is cut off after two seconds", async () => {
  const clock = new ManualClock();
  const { channel, client } = await ends(clock);
  const ended = endOf(channel);
  client.pause();
  const closed = channel.close();
  clock.advance(2000);
  await closed;
  assert.equal(await ended, "the WebSocket was closed");
  assert.equal(clock.pending, 0);
});

test("what is no proper handshake is answered with its status", async () => {
  const [wire, far] = wirePair();
  const server = createServer();
  const take = webSocketTaker({ clock: new ManualClock(), maxFrameBytes: limitBytes });
  server.on("upgrade", (message, socket, head) => {
    take(message, socket, head, () => {
      assert.fail("there is nothing to take");
    });
  });
  server.emit("connection", far);
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  const headers = { connection: "upgrade", upgrade: "websocket", "sec-websocket-version": "13" };
  request({ createConnection: () => wire, headers }, ({ statusCode }) => {
    resolve(statusCode);
  }).end();
  assert.equal(await promise, 400);
  wire.destroy();
});
