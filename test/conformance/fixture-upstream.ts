/**
 * The MCP server that the conformance suite needs behind the gateway, with the tools, prompts and resources that its scenarios name.
 * `node fixture-upstream.ts --era legacy|modern [--port NUMBER]` serves it until it is interrupted.
 */
import { parseArgs } from "node:util";
import { type Listening, listenOn } from "./fixture/http.ts";
import { LegacyServer } from "./fixture/legacy/server.ts";
import { ModernServer } from "./fixture/modern/server.ts";

/** What the fixture speaks: 2025-11-25 only, or 2026-07-28 only. */
export type FixtureEra = "legacy" | "modern";

/** Serves the fixture on 127.0.0.1; `port` 0 takes a free one. Each has a state of its own. */
export async function startFixture(era: FixtureEra, port = 0): Promise<Listening> {
  const server = era === "legacy" ? new LegacyServer() : new ModernServer();
  const listening = await listenOn(port, (request, response) => server.serve(request, response));
  return {
    url: listening.url,
    async [Symbol.asyncDispose]() {
      server.close();
      await listening[Symbol.asyncDispose]();
    },
  };
}

if (import.meta.main) {
  const { era = "", port = "0" } = parseArgs({
    options: { era: { type: "string" }, port: { type: "string" } },
  }).values;
  if (era !== "legacy" && era !== "modern") throw new TypeError("--era must be legacy or modern");
  const { url } = await startFixture(era, Number(port));
  process.stdout.write(`${url}\n`);
}
