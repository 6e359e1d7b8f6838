/** The client that the conformance suite starts for each of its client scenarios. The suite's server is the last argument. */
import { takeTurn } from "./harness/turn.ts";

/** Longest time for a scenario, in ms. */
const limitMs = 60_000;

const {
  MCP_CONFORMANCE_SCENARIO: scenario = "",
  MCP_CONFORMANCE_CONTEXT: context = "{}",
  MCP_CONFORMANCE_PROTOCOL_VERSION: revision = "",
  SWITCHYARD_CONFORMANCE_TURNSTILE: turnstile,
} = process.env;

if (turnstile !== undefined) await takeTurn(Number(turnstile));

setTimeout(() => {
  process.stderr.write("The scenario takes too long\n");
  process.exit(1);
}, limitMs).unref();

// Only now: loading the gateway is most of the work.
const { play } = await import("./harness/play.ts");
await play({ url: process.argv.at(-1) ?? "", scenario, revision, context }, limitMs);
