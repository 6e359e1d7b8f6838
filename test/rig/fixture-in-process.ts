import { JSONRPCMessageSchema } from "@modelcontextprotocol/sdk/types.js";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { type UpstreamOptions, memoryPair, upstreamDefaults } from "../../src/index.ts";
import { ChannelTransport } from "./channel-transport.ts";
import { FixtureMemory } from "./fixture.ts";
import { fixtureV1 } from "./fixture-v1.ts";
import { fixtureV2 } from "./fixture-v2.ts";

/** The legacy fixture server inside this process: an instance a connection. */
export function fixtureV1InProcess(name: string): UpstreamOptions {
  const memory = new FixtureMemory();
  const open = () => {
    const [ours, theirs] = memoryPair();
    const transport = new ChannelTransport(theirs, (text) => JSONRPCMessageSchema.parse(JSON.parse(text)));
    void fixtureV1(name, memory).connect(transport);
    return ours;
  };
  return { name, target: { kind: "channel", open }, ...upstreamDefaults };
}

/** The modern fixture server inside this process, likewise; it refuses clients of the legacy era. */
export function fixtureV2InProcess(name: string): UpstreamOptions {
  const memory = new FixtureMemory();
  const open = () => {
    const [ours, theirs] = memoryPair();
    const transport = new ChannelTransport(theirs, (text) => JSON.parse(text));
    serveStdio(() => fixtureV2(name, memory, () => undefined), { legacy: "reject", transport });
    return ours;
  };
  return { name, target: { kind: "channel", open }, ...upstreamDefaults };
}
