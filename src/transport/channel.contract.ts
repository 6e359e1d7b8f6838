import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Channel } from "./channel.ts";

/** A channel under test, and what its peer does. */
export interface ChannelUnderTest {
  readonly channel: Channel;
  /** The peer sends a frame. */
  readonly peerSends: (frame: string) => void;
  /** Frames that the peer received. */
  readonly peerReceived: () => string[];
  /** The peer ends the channel. */
  readonly peerEnds: () => void;
}

/** What every channel does, whatever carries it. */
export function testChannel(name: string, make: () => ChannelUnderTest): void {
  test(`${name}: frames arrive whole and in order, in both directions`, async () => {
    const { channel, peerSends, peerReceived } = make();
    const told = listenTo(channel);
    const frames = Array.from(
      { length: 50 },
      (_, number) => `{"number":${number},"text":"ž世😀 ${"x".repeat(number * 100)}"}`,
    );
    for (const frame of frames) {
      peerSends(frame);
      channel.send(goesAsText(frame) ? frame : Buffer.from(frame));
    }
    await turnsUntil(() => told.length === frames.length && peerReceived().length === frames.length);
    assert.deepEqual(
      told,
      frames.map((frame) => `frame ${frame}`),
    );
    assert.deepEqual(peerReceived(), frames);
    await channel.close();
  });

  test(`${name}: nothing is delivered before the start, and nothing is lost by it`, async () => {
    const { channel, peerSends } = make();
    peerSends("{}");
    peerSends("[]");
    await nextTurn();
    const told = listenTo(channel);
    await turnsUntil(() => told.length === 2);
    assert.deepEqual(told, ["frame {}", "frame []"]);
    await channel.close();
  });

  test(`${name}: the end by the peer is told once, last, after what it had sent`, async () => {
    const { channel, peerSends, peerEnds } = make();
    const told = listenTo(channel);
    peerSends("{}");
    peerEnds();
    await turnsUntil(() => told.includes("ended"));
    await channel.close();
    await nextTurn();
    assert.deepEqual(told, ["frame {}", "ended"]);
  });

  test(`${name}: closing tells the end once, may be done twice, and lets nothing more in`, async () => {
    const { channel, peerSends } = make();
    const told = listenTo(channel);
    await channel.close();
    await channel.close();
    await turnsUntil(() => told.includes("ended"));
    try {
      peerSends("{}");
    } catch {
      // Where the peer notices the end at once, it cannot even send.
    }
    await nextTurn();
    assert.deepEqual(told, ["ended"]);
  });

  test(`${name}: over a channel that has ended nothing can be sent`, async () => {
    const { channel } = make();
    listenTo(channel);
    await channel.close();
    assert.throws(
      () => {
        channel.send("{}");
      },
      { name: "GatewayError", code: "upstream_unavailable" },
    );
  });

  test(`${name}: who starts a channel that has ended is told so`, async () => {
    const { channel } = make();
    await channel.close();
    const told = listenTo(channel);
    await turnsUntil(() => told.length > 0);
    assert.deepEqual(told, ["ended"]);
  });
}

/** Half of the frames go as text and half as bytes. */
function goesAsText(frame: string): boolean {
  return frame.length % 2 === 0;
}

function listenTo(channel: Channel): string[] {
  const told: string[] = [];
  channel.start({
    frame: (frame) => told.push(`frame ${frame.toString()}`),
    noise: (text) => told.push(`noise ${text}`),
    ended: ({ reason }) => {
      assert.ok(reason.length > 0);
      told.push("ended");
    },
  });
  return told;
}

/** Lets the event loop turn until the condition holds; what is awaited takes a few turns, never time. */
async function turnsUntil(condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition(); turn += 1) {
    assert.ok(turn < 10_000, "the event loop turned 10 000 times in vain");
    await nextTurn();
  }
}
