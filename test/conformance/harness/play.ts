import { type JsonObject, isJsonObject } from "../../../src/core/json.ts";
import { startSwitchyard } from "../../../src/gateway.ts";
import type { UpstreamOptions } from "../../../src/upstream/options.ts";
import { openLegacy } from "./legacy.ts";
import { logIn, settingsIn } from "./login.ts";
import { openModern } from "./modern.ts";
import { scenarioOf } from "./scenarios.ts";

/** What the suite tells a client. */
export interface Part {
  /** Where the suite's server is. */
  readonly url: string;
  readonly scenario: string;
  /** The revision to speak with the gateway. */
  readonly revision: string;
  /** What the scenario needs besides, as JSON. */
  readonly context: string;
}

/**
 * Plays a scenario: a gateway with the suite's server as its only upstream, and a client of it that does what the scenario wants done.
 *
 * @throws {Error} the upstream could not be reached, or something was answered with an error.
 */
export async function play({ url, scenario, revision, context }: Part, limitMs: number): Promise<void> {
  const read: unknown = JSON.parse(context);
  const given: JsonObject = isJsonObject(read) ? read : {};
  const target: UpstreamOptions["target"] = { kind: "http", url, headers: {}, oauth: settingsIn(given) };
  await using gateway = startSwitchyard({
    upstreams: [{ name: "suite", target, timeoutMs: limitMs, startTimeoutMs: limitMs }],
    // The scenarios call tools without what their schemas ask for, and want to see the calls arrive.
    policies: { upstreams: { suite: { validate: false } } },
    oauth: { openAuthorizationUrl: logIn },
  });
  const { origin } = await gateway.listen({ host: "127.0.0.1", port: 0, allowedHosts: [], allowedOrigins: [] });
  await gateway.tried;
  const [upstream] = gateway.status().upstreams;
  if (upstream?.state.kind !== "ready") throw new Error(`the upstream is ${JSON.stringify(upstream?.state)}`);
  const address = `${origin}/mcp/u/suite`;
  await using downstream = revision === "2026-07-28" ? openModern(address) : await openLegacy(address);
  await scenarioOf(scenario)(downstream, given);
}
