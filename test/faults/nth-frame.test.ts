import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { GatewayError } from "../../src/core/errors.ts";
import { isJsonObject } from "../../src/core/json.ts";
import type { ManualClock } from "../../src/core/manual-clock.ts";
import type { Call } from "../../src/protocol/call.ts";
import type { Channel, ChannelReceiver } from "../../src/transport/channel.ts";
import type { Upstream } from "../../src/upstream/upstream.ts";
import { ScriptedServer, legacyScript, modernScript } from "../rig/scripted-server.ts";
import { fileRig } from "../rig/rig.ts";
import { upstreamStand } from "../rig/upstream-stand.ts";

/*
 * Fails the n-th thing that happens between gateway and upstream, for n = 1, 2, … until everything succeeds: whichever message it is, the
 * gateway gets over it, serves the next call, and leaves nothing behind.
 */

fileRig();

/** How the n-th message goes wrong. */
type Fault =
  | "the send fails"
  | "the send ends the channel"
  | "the answer is lost with the channel"
  | "the answer is garbage";

/** A channel that does what it is told to its n-th message, counted over all connections; how many there were is told. */
class Faulty {
  readonly #fault: Fault;
  readonly #nth: number;
  #messages = 0;

  constructor(fault: Fault, nth: number) {
    this.#fault = fault;
    this.#nth = nth;
  }

  /** Whether there were so many messages that the fault happened. */
  get hasHappened(): boolean {
    return this.#messages >= this.#nth;
  }

  wrap(channel: Channel): Channel {
    return {
      start: (receiver) => {
        channel.start(this.#receiver(channel, receiver));
      },
      send: (frame) => {
        if (this.#fault.startsWith("the send") && this.#isTurn()) {
          if (this.#fault === "the send ends the channel") void channel.close();
          throw new GatewayError("upstream_unavailable", "The channel is full");
        }
        channel.send(frame);
      },
      get unsentBytes() {
        return channel.unsentBytes;
      },
      close: () => channel.close(),
    };
  }

  #receiver(channel: Channel, receiver: ChannelReceiver): ChannelReceiver {
    return {
      frame: (frame) => {
        if (!this.#fault.startsWith("the answer") || !this.#isTurn()) receiver.frame(frame);
        else if (this.#fault === "the answer is garbage") receiver.frame(Buffer.from("Segmentation fault"));
        else void channel.close();
      },
      noise: (text) => {
        receiver.noise(text);
      },
      ended: (end) => {
        receiver.ended(end);
      },
    };
  }

  #isTurn(): boolean {
    this.#messages += 1;
    return this.#messages === this.#nth;
  }
}

const call: Call = {
  method: "tools/call",
  params: { name: "echo", arguments: {} },
  meta: undefined,
  progressToken: undefined,
  logLevel: undefined,
  caller: { info: undefined, capabilities: {} },
};

/** Moves time on until the condition holds, letting everything arrive that is on its way in between. */
async function passTimeUntil(clock: ManualClock, condition: () => boolean, what: string): Promise<void> {
  for (let step = 0; !condition(); step += 1) {
    assert.ok(step < 2000, `in vain until ${what}`);
    for (let turns = 0; turns < 10; turns += 1) await turn();
    if (!condition()) clock.advance(50);
  }
}

/** One life of an upstream: begun, called until a call succeeds, and closed. */
async function live(server: ScriptedServer, faulty: Faulty, where: string): Promise<void> {
  const target = { kind: "channel", open: () => faulty.wrap(server.open()) } as const;
  const { clock, upstream } = upstreamStand(server, { options: { target, startTimeoutMs: 5000 } });
  upstream.start();
  let isServed = false;
  for (let tries = 0; !isServed; tries += 1) {
    assert.ok(tries < 20, `no call succeeds, ${where}`);
    await passTimeUntil(clock, () => upstream.state.kind === "ready", `the upstream is ready, ${where}`);
    isServed = await isAnswered(upstream, clock);
  }
  await upstream.close();
  assert.equal(clock.pending, 0, `no timer is left, ${where}`);
}

async function isAnswered(upstream: Upstream, clock: ManualClock): Promise<boolean> {
  const controller = new AbortController();
  const stopTimer = clock.after(1000, () => {
    controller.abort(new GatewayError("deadline_exceeded", "too late"));
  });
  const outcomes: ("answered" | "failed")[] = [];
  void upstream.call(call, { signal: controller.signal, onNotification: undefined }).then(
    ({ answer }) => {
      assert.ok(answer.kind === "result" && isJsonObject(answer.result.value));
      outcomes.push("answered");
    },
    (thrown: unknown) => {
      assert.ok(thrown instanceof GatewayError, String(thrown));
      outcomes.push("failed");
    },
  );
  await passTimeUntil(clock, () => outcomes.length > 0, "the call has an outcome");
  stopTimer();
  return outcomes.includes("answered");
}

const faults: readonly Fault[] = [
  "the send fails",
  "the send ends the channel",
  "the answer is lost with the channel",
  "the answer is garbage",
];

for (const [era, script] of [
  ["legacy", legacyScript],
  ["modern", modernScript],
] as const) {
  for (const fault of faults) {
    test(`an upstream of the ${era} era is served again, whichever message it is where ${fault}`, async () => {
      for (let nth = 1; ; nth += 1) {
        const faulty = new Faulty(fault, nth);
        await live(new ScriptedServer(script()), faulty, `${fault} at message ${nth}`);
        if (faulty.hasHappened) continue;
        assert.ok(nth > 3, `only ${nth - 1} messages could go wrong`);
        break;
      }
    });
  }
}
