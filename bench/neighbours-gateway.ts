import { join } from "node:path";
import { startSwitchyard } from "../src/gateway.ts";
import { type UpstreamOptions, upstreamDefaults } from "../src/upstream/options.ts";
import { serveParent } from "./child.ts";

/** A gateway with 17 good upstreams, and three bad ones when it is told so. `node neighbours-gateway.ts ORIGINS LOCKED`. */

const [origins = "[]", locked = ""] = process.argv.slice(2);
const addresses: unknown = JSON.parse(origins);

function child(name: string, file: string, ...args: string[]): UpstreamOptions {
  const script = join(import.meta.dirname, file);
  const target = { kind: "stdio", command: process.execPath, args: [script, ...args], env: {} } as const;
  return { name, target, ...upstreamDefaults };
}

function remote(name: string, origin: string): UpstreamOptions {
  return { name, target: { kind: "http", url: `${origin}/mcp`, headers: {} }, ...upstreamDefaults };
}

const http = Array.isArray(addresses) ? addresses.map(String) : [];
const good = [
  ...Array.from({ length: 9 }, (_, at) => remote(`good${at}`, http[at % http.length] ?? "")),
  ...Array.from({ length: 8 }, (_, at) => child(`good${9 + at}`, "upstream-stdio.ts", "modern")),
];
const bad = [
  child("hangs", "neighbours-bad.ts", "hangs"),
  child("crashes", "neighbours-bad.ts", "crashes"),
  remote("locked", locked),
];

const switchyard = startSwitchyard({ upstreams: good });
const { origin } = await switchyard.listen({ host: "127.0.0.1", port: 0, allowedHosts: [], allowedOrigins: [] });
await switchyard.tried;
let seen = switchyard.events.seq;

serveParent(
  { origin },
  async (question) => {
    if (question["kind"] === "configure") {
      await switchyard.reconfigure(question["hasBad"] === true ? [...good, ...bad] : good);
      return {};
    }
    if (question["kind"] !== "events") throw new Error("no such question");
    const before = seen;
    seen = switchyard.events.seq;
    return { events: seen - before };
  },
  () => switchyard.close(),
);
