import { mkdirSync } from "node:fs";
import { localPrincipal } from "../src/access/principal.ts";
import { rightsOf } from "../src/access/rights.ts";
import { grantIn } from "../src/access/grant.ts";
import { auditDefaults } from "../src/audit/audit-options.ts";
import { Canceller } from "../src/core/canceller.ts";
import { systemClock } from "../src/core/clock.ts";
import { timeOrderedIds } from "../src/core/time-ordered-id.ts";
import { CacheDesk } from "../src/gateway/cache-desk.ts";
import { dispatch } from "../src/gateway/dispatch.ts";
import { Gateway } from "../src/gateway/gateway.ts";
import type { Inbound } from "../src/gateway/inbound.ts";
import { Session } from "../src/gateway/session.ts";
import { upstreamDeps } from "../src/upstream-deps.ts";
import { metersFor } from "../src/meters.ts";
import { answerText, readFrame } from "../src/protocol/frame.ts";
import { openStore } from "../src/store/store.ts";
import type { Channel } from "../src/transport/channel.ts";
import { memoryPair } from "../src/transport/memory.ts";
import { upstreamDefaults } from "../src/upstream/options.ts";
import { echoAnswer } from "./echo.ts";

/** Calls of a gateway of this checkout: what `calls.ts` compares. */
export interface Calls {
  readonly call: (number: number) => Promise<unknown>;
  /** Does what is left over for later. */
  readonly settle: () => void;
  readonly close: () => Promise<void>;
}

const often = { perMinute: 60_000_000, burst: 1_000_000 };

/** Opens a gateway with an upstream that is in this process; `folder` is where it keeps its record. */
export async function openCalls(kind: "plain" | "every stage" | "hit", folder: string): Promise<Calls> {
  const isWhole = kind !== "plain";
  const desk = new CacheDesk(systemClock, 64 * 1024 ** 2);
  const meters = metersFor(systemClock);
  const store = isWhole ? openIn(folder) : undefined;
  const tools = new Map<string, NonNullable<ReturnType<typeof gateway.upstream>["definitions"]["tools"][number]>>();
  const recorder = store?.record({
    clock: systemClock,
    newId: timeOrderedIds(systemClock, Math.random),
    options: auditDefaults,
    definitionOf: (_upstream, tool) => tools.get(tool),
    usageOf: () => undefined,
  });
  const gateway = new Gateway({
    upstreams: [{ name: "bench", target: { kind: "channel", open }, ...upstreamDefaults }],
    deps: upstreamDeps(systemClock),
    stages: [desk.stage],
    observers: [meters.observer, ...(recorder === undefined ? [] : [recorder.log])],
    stateKey: Buffer.alloc(32, 7),
    ...(isWhole && {
      policies: { callers: { caller: often, session: often }, upstreams: { bench: { rateLimit: often } } },
    }),
  });
  gateway.start();
  await gateway.settled;
  for (const tool of gateway.upstream("bench").definitions.tools) tools.set(String(tool["name"]), tool);
  const inbound = inboundsOf(gateway, isWhole);
  const tool = isWhole ? "bench__look" : "bench__echo";
  return {
    async call(number) {
      const said = `What call ${kind === "hit" ? 0 : number} of this run says, and what it should hear again`;
      const { answer } = await dispatch(gateway, inbound(tool, said), number);
      return answerText(number, answer);
    },
    settle: () => recorder?.log.flush(),
    async close() {
      await gateway.close();
      meters.close();
      store?.close();
    },
  };
}

function openIn(folder: string): ReturnType<typeof openStore> {
  mkdirSync(folder, { recursive: true });
  return openStore({ dataDir: folder, clock: systemClock });
}

function inboundsOf(gateway: Gateway, isWhole: boolean): (tool: string, text: string) => Inbound {
  const grants = ["bench"].map((text) => grantIn(text)).filter((grant) => grant !== undefined);
  const rights = rightsOf("user", grants);
  const principal = isWhole
    ? ({ ...localPrincipal, id: "key bench", kind: "key", role: "user", rights } as const)
    : localPrincipal;
  const route = { kind: "all" } as const;
  const codec = gateway.deps.codecs["2025-11-25"];
  const caller = { info: undefined, capabilities: {} };
  const session = new Session({ id: "5f1d2a", route, principal, codec, caller });
  return (tool, text) => ({
    route,
    codec,
    method: "tools/call",
    params: { name: tool, arguments: { text } },
    session,
    caller,
    controller: new Canceller(),
    notify: () => undefined,
    principal,
    origin: { entrance: "http", address: "127.0.0.1" },
    bytes: 160,
    ask: () => Promise.reject(new Error("nobody is there")),
  });
}

function open(): Channel {
  const [ours, theirs] = memoryPair();
  theirs.start({
    frame: (frame) => {
      const message = readFrame(frame);
      if (message.kind !== "request") return;
      const { id, method, params } = message;
      const answer = echoAnswer({ id, method, params }, "legacy");
      if (answer !== undefined) theirs.send(answer);
    },
    noise: () => undefined,
    ended: () => undefined,
  });
  return ours;
}
