/**
 * The client that the conformance suite starts for each of its client scenarios: a gateway with the suite's server, whose address is
 * the last argument, as its only upstream, and a client of the gateway that does what the scenario wants done.
 */
import { isJsonObject } from "../../src/core/json.ts";
import { startSwitchyard } from "../../src/gateway.ts";
import type { UpstreamOptions } from "../../src/upstream/options.ts";
import type { Downstream } from "./harness/downstream.ts";
import { openLegacy } from "./harness/legacy.ts";
import { logIn, settingsIn } from "./harness/login.ts";
import { openModern } from "./harness/modern.ts";
import { scenarioOf } from "./harness/scenarios.ts";

/** Longest time for a scenario, in ms: a little less than the suite grants. */
const limitMs = 25_000;

const { MCP_CONFORMANCE_SCENARIO, MCP_CONFORMANCE_CONTEXT = "{}", MCP_CONFORMANCE_PROTOCOL_VERSION } = process.env;

async function play(url: string): Promise<void> {
  const read: unknown = JSON.parse(MCP_CONFORMANCE_CONTEXT);
  const context = isJsonObject(read) ? read : {};
  const target: UpstreamOptions["target"] = { kind: "http", url, headers: {}, oauth: settingsIn(context) };
  await using gateway = startSwitchyard({
    upstreams: [{ name: "suite", target, timeoutMs: limitMs, startTimeoutMs: limitMs }],
    oauth: { openAuthorizationUrl: logIn },
  });
  const { origin } = await gateway.listen({ host: "127.0.0.1", port: 0, allowedHosts: [], allowedOrigins: [] });
  await gateway.tried;
  const [upstream] = gateway.status().upstreams;
  if (upstream?.state.kind !== "ready") throw new Error(`the upstream is ${JSON.stringify(upstream?.state)}`);
  await using downstream = await openDownstream(`${origin}/mcp/u/suite`);
  await scenarioOf(MCP_CONFORMANCE_SCENARIO ?? "")(downstream, context);
}

async function openDownstream(url: string): Promise<Downstream> {
  return MCP_CONFORMANCE_PROTOCOL_VERSION === "2026-07-28" ? openModern(url) : openLegacy(url);
}

setTimeout(() => {
  process.stderr.write("The scenario takes too long\n");
  process.exit(1);
}, limitMs).unref();

await play(process.argv.at(-1) ?? "");
