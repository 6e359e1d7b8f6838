import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { localPrincipal } from "../../../src/access/principal.ts";
import * as fc from "fast-check";
import { ManualClock } from "../../../src/core/manual-clock.ts";
import { maxParked } from "../../../src/gateway/conversation.ts";
import { Gateway } from "../../../src/gateway/gateway.ts";
import { ChannelEndpoint } from "../../../src/server/channel-endpoint.ts";
import { memoryPair } from "../../../src/transport/memory.ts";
import type { Fuzz } from "../fuzz.ts";
import { Client } from "./client.ts";
import { type Side, type Step, step } from "./steps.ts";
import { FuzzedUpstream } from "./upstream.ts";
import { standDeps } from "../../rig/upstream-stand.ts";

const timeoutMs = 60_000;

/** A whole gateway between one client and two upstreams, all in this process, on a clock of its own. */
class World {
  readonly clock = new ManualClock(1_000_000);
  readonly upstreams: Readonly<Record<Side, FuzzedUpstream>> = {
    old: new FuzzedUpstream("old"),
    fresh: new FuzzedUpstream("fresh"),
  };
  readonly gateway: Gateway;
  readonly endpoint: ChannelEndpoint;
  readonly client: Client;
  readonly #hangUp: () => Promise<void>;

  constructor() {
    const { clock, upstreams } = this;
    this.gateway = new Gateway({
      upstreams: (["old", "fresh"] as const).map((name) => ({
        name,
        target: { kind: "channel", open: upstreams[name].open },
        timeoutMs,
        startTimeoutMs: 5000,
      })),
      deps: standDeps(clock),
      stateKey: Buffer.alloc(32, 7),
    });
    this.gateway.start();
    const [ours, theirs] = memoryPair();
    this.endpoint = new ChannelEndpoint(
      theirs,
      this.gateway,
      { kind: "all" },
      { principal: localPrincipal, entrance: "internal", address: undefined },
    );
    this.endpoint.start();
    this.client = new Client(ours);
    this.#hangUp = () => ours.close();
  }

  async take(each: Step): Promise<void> {
    const { client, clock, upstreams } = this;
    switch (each.kind) {
      case "client":
        client.send(each.message);
        return;
      case "client-bytes":
        client.sendBytes(each.bytes);
        return;
      case "client-answers": {
        const question = client.questions.at(-1 - each.which);
        if (question === undefined) return;
        question.isAnswered = true;
        client.sendBytes(Buffer.from(JSON.stringify({ jsonrpc: "2.0", id: question.id, ...each.answer })));
        return;
      }
      case "client-returns":
        this.#comeBack(each);
        return;
      case "upstream-answers":
        upstreams[each.upstream].answer(each.which, each.answer);
        return;
      case "upstream-echoes":
        upstreams[each.upstream].echo(each.which);
        return;
      case "upstream-progress":
        upstreams[each.upstream].progress(each.which, each.more);
        return;
      case "upstream-bytes":
        upstreams[each.upstream].sendBytes(each.bytes);
        return;
      case "upstream-leaves":
        upstreams[each.upstream].leave();
        return;
      case "time":
        await turn();
        clock.advance(each.ms);
        return;
      case "settle":
        await turn();
        return;
    }
  }

  #comeBack({ id, which, isAltered }: Extract<Step, { kind: "client-returns" }>): void {
    const returned = this.client.returned.at(-1 - which);
    if (returned === undefined) return;
    const { request, requestState, inputRequests } = returned;
    const params = typeof request["params"] === "object" ? request["params"] : {};
    const inputResponses = Object.fromEntries(Object.keys(inputRequests).map((key) => [key, { action: "accept" }]));
    const state = isAltered
      ? { requestState: `x${String(requestState)}` }
      : requestState === undefined
        ? {}
        : { requestState };
    this.client.send({ ...request, id, params: { ...params, inputResponses, ...state } });
  }

  /** Everybody does what is left to do, and time passes: now whatever was asked must be answered. */
  async conclude(): Promise<void> {
    const { client, clock, upstreams } = this;
    for (let round = 0; round < 40; round += 1) {
      await turn();
      client.declineAll();
      upstreams.old.echoAll();
      upstreams.fresh.echoAll();
      for (const id of client.openOf("subscriptions/listen")) {
        client.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: id } });
      }
      await turn();
      if (client.unanswered.length === 0 && !this.endpoint.isBusy) return;
      clock.advance(timeoutMs / 4);
    }
    assert.deepEqual(client.unanswered, [], "requests that were never answered");
    assert.ok(!this.endpoint.isBusy, "requests that were answered and are still under way");
  }

  async close(): Promise<void> {
    await this.#hangUp();
    await turn();
    await this.gateway.close();
    await turn();
  }
}

/** What nobody caught while a case was played: it would have ended the gateway. */
async function uncaughtIn(play: () => Promise<void>): Promise<unknown[]> {
  const uncaught: unknown[] = [];
  const note = (thrown: unknown): void => {
    uncaught.push(thrown);
  };
  process.prependListener("unhandledRejection", note);
  process.prependListener("uncaughtException", note);
  try {
    await play();
  } finally {
    process.off("unhandledRejection", note);
    process.off("uncaughtException", note);
  }
  return uncaught;
}

const conversation = fc.asyncProperty(fc.array(step, { maxLength: 24, size: "max" }), async (steps) => {
  const uncaught = await uncaughtIn(async () => {
    const world = new World();
    try {
      await turn();
      for (const each of steps) await world.take(each);
      await world.conclude();
      assert.ok(world.gateway.parked.size <= maxParked);
      await stillServes(world);
    } finally {
      await world.close();
    }
    assert.equal(world.clock.pending, 0, "a timer is left");
    assert.equal(world.gateway.parked.size, 0);
  });
  if (uncaught.length > 0) throw uncaught[0];
});

/** After all that, a proper call is served: the upstreams may have to be connected again first. */
async function stillServes({ client, clock, upstreams }: World): Promise<void> {
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "fuzz", version: "0" } };
  client.send({ jsonrpc: "2.0", id: "begin", method: "initialize", params });
  for (const name of ["old__echo", "fresh__echo"]) {
    client.send({ jsonrpc: "2.0", id: name, method: "tools/call", params: { name, arguments: { stamp: name } } });
  }
  for (let round = 0; round < 10 && client.unanswered.length > 0; round += 1) {
    await turn();
    upstreams.old.echoAll();
    upstreams.fresh.echoAll();
    await turn();
    clock.advance(10_000);
  }
  assert.deepEqual(client.unanswered, []);
}

export const conversationFuzzes: readonly Fuzz[] = [{ name: "conversation", property: conversation, runs: 250 }];
