import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";
import type { Channel } from "./channel.ts";

/** A channel under test, and what its peer does. Disposing ends both. */
export interface ChannelUnderTest extends AsyncDisposable {
  readonly channel: Channel;
  /** The peer sends a frame. */
  readonly peerSends: (frame: string) => void;
  /** The peer sends frames whose bytes are cut and joined on the way where no frame begins or ends. */
  readonly peerSendsCut?: (frames: readonly string[]) => void;
  /** Frames that the peer received. */
  readonly peerReceived: () => readonly string[];
  /** The peer ends the channel. */
  readonly peerEnds: () => void;
  /** The peer is gone without a word. */
  readonly peerVanishes?: () => void;
  /** From now on the peer takes nothing. */
  readonly peerStopsReading?: () => void;
}

/** A kind of channel. */
export interface ChannelKind {
  readonly name: string;
  readonly make: () => ChannelUnderTest | Promise<ChannelUnderTest>;
  /** Longest frame that is taken, in bytes, and what comes of a longer one: it is dropped, or the channel ends. */
  readonly limit?: { readonly bytes: number; readonly tooLong: "dropped" | "ended" };
  /** Why a test makes no sense for this kind: it is skipped. */
  readonly lacks?: Readonly<Partial<Record<"cuts" | "limit" | "vanishing" | "backlog", string>>>;
}

const mebibyte = 1024 * 1024;

/** What every channel does, whatever carries it. */
export function testChannel(kind: ChannelKind): void {
  const { name, make } = kind;

  test(`${name}: frames arrive whole and in order, in both directions`, async () => {
    await using peer = await make();
    const told = listenTo(peer.channel);
    const frames = someFrames(50);
    for (const frame of frames) {
      peer.peerSends(frame);
      peer.channel.send(goesAsText(frame) ? frame : Buffer.from(frame));
    }
    await until(() => told.length === frames.length && peer.peerReceived().length === frames.length);
    assert.deepEqual(told, asTold(frames));
    assert.deepEqual(peer.peerReceived(), frames);
    await until(() => peer.channel.unsentBytes === 0);
  });

  test(`${name}: frames of five MiB arrive whole, in both directions`, async () => {
    await using peer = await make();
    const told = listenTo(peer.channel);
    const frames = ["€", "😀"].map((letter) => `"${letter.repeat((5 * mebibyte) / Buffer.byteLength(letter))}"`);
    const taken = frames.filter((frame) => Buffer.byteLength(frame) <= (kind.limit?.bytes ?? Infinity));
    for (const frame of frames) peer.channel.send(Buffer.from(frame));
    for (const frame of taken) peer.peerSends(frame);
    await until(() => told.length === taken.length && peer.peerReceived().length === frames.length);
    assert.ok(told.every((text, at) => text === `frame ${taken[at] ?? ""}`));
    assert.ok(peer.peerReceived().every((frame, at) => frame === frames[at]));
  });

  test(`${name}: nothing is delivered before the start, and nothing is lost by it`, async () => {
    await using peer = await make();
    peer.peerSends("{}");
    peer.peerSends("[]");
    await nextTurn();
    const told = listenTo(peer.channel);
    await until(() => told.length === 2);
    assert.deepEqual(told, ["frame {}", "frame []"]);
  });

  testPieces(kind);
  testEnds(kind);
}

function testPieces({ name, make, limit, lacks = {} }: ChannelKind): void {
  test(`${name}: frames that were cut or joined on the way arrive whole`, { skip: lacks.cuts ?? false }, async () => {
    await using peer = await make();
    const told = listenTo(peer.channel);
    const frames = someFrames(20);
    assert.ok(peer.peerSendsCut);
    peer.peerSendsCut(frames);
    await until(() => told.length >= frames.length);
    assert.deepEqual(told, asTold(frames));
  });

  test(`${name}: a frame over the limit is not taken`, { skip: lacks.limit ?? false }, async () => {
    await using peer = await make();
    const told = listenTo(peer.channel);
    assert.ok(limit);
    peer.peerSends("{}");
    peer.peerSends("x".repeat(limit.bytes + 1));
    const after = limit.tooLong === "dropped" ? ["noise", "frame []"] : ["ended"];
    if (limit.tooLong === "dropped") peer.peerSends("[]");
    await until(() => told.length > after.length);
    assert.deepEqual(told, ["frame {}", ...after]);
  });

  test(`${name}: what the peer does not take is bounded`, { skip: lacks.backlog ?? false }, async () => {
    await using peer = await make();
    listenTo(peer.channel);
    assert.ok(peer.peerStopsReading);
    peer.peerStopsReading();
    const frame = Buffer.from(`"${"x".repeat(4 * mebibyte)}"`);
    await assert.rejects(
      async () => {
        for (let sent = 0; sent < 64; sent += 1) {
          peer.channel.send(frame);
          await nextTurn();
        }
      },
      { name: "GatewayError", code: "upstream_unavailable" },
    );
  });
}

function testEnds({ name, make, lacks = {} }: ChannelKind): void {
  test(`${name}: the end by the peer is told once, last, after what it had sent`, async () => {
    await using peer = await make();
    const told = listenTo(peer.channel);
    peer.peerSends("{}");
    peer.peerEnds();
    await until(() => told.includes("ended"));
    await peer.channel.close();
    await nextTurn();
    assert.deepEqual(told, ["frame {}", "ended"]);
  });

  test(`${name}: a peer that vanishes is told as an end`, { skip: lacks.vanishing ?? false }, async () => {
    await using peer = await make();
    const told = listenTo(peer.channel);
    assert.ok(peer.peerVanishes);
    peer.peerVanishes();
    await until(() => told.length > 0);
    await peer.channel.close();
    assert.deepEqual(told, ["ended"]);
  });

  test(`${name}: closing tells the end once, may be done twice, and lets nothing more in`, async () => {
    await using peer = await make();
    const told = listenTo(peer.channel);
    const closing = peer.channel.close();
    try {
      peer.peerSends("{}");
    } catch {
      // Where the peer notices the end at once, it cannot even send.
    }
    await Promise.all([closing, peer.channel.close()]);
    await peer.channel.close();
    await until(() => told.includes("ended"));
    await nextTurn();
    assert.deepEqual(told, ["ended"]);
  });

  test(`${name}: over a channel that has ended nothing can be sent`, async () => {
    await using peer = await make();
    listenTo(peer.channel);
    await peer.channel.close();
    assert.throws(
      () => {
        peer.channel.send("{}");
      },
      { name: "GatewayError", code: "upstream_unavailable" },
    );
  });

  test(`${name}: who starts a channel that has ended is told so`, async () => {
    await using peer = await make();
    await peer.channel.close();
    const told = listenTo(peer.channel);
    await until(() => told.length > 0);
    assert.deepEqual(told, ["ended"]);
  });
}

function someFrames(count: number): string[] {
  return Array.from(
    { length: count },
    (_, number) => `{"number":${number},"text":"ž世😀 ${"x".repeat(number * 100)}"}`,
  );
}

function asTold(frames: readonly string[]): string[] {
  return frames.map((frame) => `frame ${frame}`);
}

/** Half of the frames go as text and half as bytes. */
function goesAsText(frame: string): boolean {
  return frame.length % 2 === 0;
}

function listenTo(channel: Channel): string[] {
  const told: string[] = [];
  channel.start({
    frame: (frame) => told.push(`frame ${frame.toString()}`),
    noise: () => told.push("noise"),
    ended: ({ reason }) => {
      assert.ok(reason.length > 0);
      told.push("ended");
    },
  });
  return told;
}

const patienceMs = 20_000;
const eagerTurns = 1000;

/** Resolves once the condition holds: a few turns of the event loop in one process, longer where there are others. */
async function until(condition: () => boolean): Promise<void> {
  const latest = performance.now() + patienceMs;
  for (let turn = 0; !condition(); turn += 1) {
    assert.ok(performance.now() < latest, `waited ${patienceMs} ms in vain`);
    await (turn < eagerTurns ? nextTurn() : pause(2));
  }
}
