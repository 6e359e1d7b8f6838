import assert from "node:assert/strict";
import { PassThrough, Writable } from "node:stream";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { maxFrameBytes, maxUnsentBytes } from "./channel.ts";
import { testChannel } from "./channel.contract.ts";
import { ownStdio } from "./own-stdio.ts";

testChannel({
  name: "own stdio",
  limit: { bytes: maxFrameBytes, tooLong: "dropped" },
  make: () => {
    const input = new PassThrough();
    const output = new PassThrough();
    const received: Buffer[] = [];
    output.on("data", (chunk: Buffer) => received.push(chunk));
    const channel = ownStdio({ input, output });
    return {
      channel,
      peerSends: (frame) => {
        input.write(`${frame}\n`);
      },
      peerSendsCut: (frames) => {
        const bytes = Buffer.from(frames.map((frame) => `${frame}\n`).join(""));
        for (let from = 0; from < bytes.length; from += 97) input.write(bytes.subarray(from, from + 97));
      },
      peerReceived: () => Buffer.concat(received).toString().split("\n").slice(0, -1),
      peerEnds: () => {
        input.end();
      },
      peerVanishes: () => {
        input.destroy();
      },
      peerStopsReading: () => {
        output.pause();
      },
      [Symbol.asyncDispose]: () => channel.close(),
    };
  },
});

function started(streams: { readonly input: PassThrough; readonly output: Writable }): {
  readonly channel: ReturnType<typeof ownStdio>;
  readonly told: string[];
} {
  const channel = ownStdio(streams);
  const told: string[] = [];
  channel.start({
    frame: (frame) => told.push(`frame ${frame.toString()}`),
    noise: (text) => told.push(`noise ${text}`),
    ended: ({ reason }) => told.push(`ended: ${reason}`),
  });
  return { channel, told };
}

test("what the client left without a line end when it closed its side is taken for its last frame", async () => {
  const input = new PassThrough();
  const { told } = started({ input, output: new PassThrough() });
  input.end('{"last":true}');
  await nextTurn();
  assert.deepEqual(told, ['frame {"last":true}', "ended: the input ended"]);
});

test("an input that breaks ends the channel", async () => {
  const input = new PassThrough();
  const { told } = started({ input, output: new PassThrough() });
  input.destroy(new Error("EIO"));
  await nextTurn();
  assert.deepEqual(told, ["ended: reading failed: EIO"]);
});

test("an input that is closed without an end ends the channel", async () => {
  const input = new PassThrough();
  const { told } = started({ input, output: new PassThrough() });
  input.destroy();
  await nextTurn();
  assert.deepEqual(told, ["ended: the input was closed"]);
});

test("an output that breaks ends the channel", async () => {
  const output = new Writable({
    write: (_chunk, _encoding, done) => {
      done(new Error("EPIPE"));
    },
  });
  const { channel, told } = started({ input: new PassThrough(), output });
  channel.send("{}");
  await nextTurn();
  assert.deepEqual(told, ["ended: writing failed: EPIPE"]);
});

test("a client that does not read is given up once more than the limit waits for it", () => {
  const output = new Writable({ write: () => undefined });
  const { channel, told } = started({ input: new PassThrough(), output });
  const frame = Buffer.alloc(7 * 1024 * 1024, "x");
  let sent = 0;
  assert.throws(
    () => {
      for (; sent < 100; sent += 1) channel.send(frame);
    },
    { code: "upstream_unavailable", message: "The client does not read its input" },
  );
  assert.ok(sent * frame.length > maxUnsentBytes && (sent - 1) * frame.length <= maxUnsentBytes);
  assert.deepEqual(told, [`ended: the client left more than ${maxUnsentBytes} bytes unread`]);
});
