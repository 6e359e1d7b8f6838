import assert from "node:assert/strict";
import { test } from "node:test";
import type { Handed } from "./channel.ts";
import { testChannel } from "./channel.contract.ts";
import { memoryPair } from "./memory.ts";

testChannel({
  name: "memory",
  lacks: {
    cuts: "frames are handed over, there is no wire",
    limit: "both ends are our own",
    vanishing: "both ends are in one process",
    backlog: "what one sends the other has",
  },
  make: () => {
    const [channel, peer] = memoryPair();
    const received: string[] = [];
    peer.start({
      frame: (frame) => received.push(frame.toString()),
      noise: () => undefined,
      ended: () => undefined,
    });
    return {
      channel,
      peerSends: (frame) => {
        peer.send(frame);
      },
      peerReceived: () => received,
      peerEnds: () => void peer.close(),
      [Symbol.asyncDispose]: () => channel.close(),
    };
  },
});

test("a message is handed over as it is, in its place among the frames; who takes only frames gets its own", async () => {
  const said: string[] = [];
  const message = { frame: () => Buffer.from("its frame") };
  const handed = Promise.withResolvers<Handed>();
  const [sender, taker] = memoryPair();
  sender.send("first");
  sender.hand?.(message);
  taker.start({
    frame: (frame) => said.push(frame.toString()),
    handed: (given) => {
      said.push("handed");
      handed.resolve(given);
    },
    noise: () => undefined,
    ended: () => undefined,
  });
  assert.equal(await handed.promise, message);
  assert.deepEqual(said, ["first", "handed"]);

  const framed = Promise.withResolvers<string>();
  const [other, plain] = memoryPair();
  plain.start({ frame: (frame) => framed.resolve(frame.toString()), noise: () => undefined, ended: () => undefined });
  other.hand?.(message);
  assert.equal(await framed.promise, "its frame");
  await other.close();
  assert.throws(() => other.hand?.(message), { code: "upstream_unavailable" });
  await sender.close();
});
