import { join } from "node:path";
import { startSwitchyard } from "../src/gateway.ts";
import { type UpstreamOptions, upstreamDefaults } from "../src/upstream/options.ts";
import { serveParent } from "./child.ts";

/** A gateway with 17 good upstreams and, where it is told where the locked one is, three bad ones. `node neighbours-gateway.ts ORIGINS [LOCKED]`. */

const [origins = "[]", locked] = process.argv.slice(2);
const addresses: unknown = JSON.parse(origins);

function child(name: string, command: string, file: string, ...args: string[]): UpstreamOptions {
  const script = join(import.meta.dirname, file);
  const target = { kind: "stdio", command, args: [script, ...args], env: {} } as const;
  return { name, target, ...upstreamDefaults };
}

function remote(name: string, origin: string): UpstreamOptions {
  return { name, target: { kind: "http", url: `${origin}/mcp`, headers: {} }, ...upstreamDefaults };
}

const http = Array.isArray(addresses) ? addresses.map(String) : [];
const good = [
  ...Array.from({ length: 9 }, (_, at) => remote(`good${at}`, http[at % http.length] ?? "")),
  ...Array.from({ length: 8 }, (_, at) => child(`good${9 + at}`, process.execPath, "upstream-stdio.ts", "modern")),
];
const bad =
  locked === undefined
    ? []
    : [
        child("hangs", "/bin/sh", "neighbours-bad.sh", "hangs"),
        child("crashes", "/bin/sh", "neighbours-bad.sh", "crashes"),
        remote("locked", locked),
      ];

const switchyard = startSwitchyard({ upstreams: [...good, ...bad] });
const { origin } = await switchyard.listen({ host: "127.0.0.1", port: 0, allowedHosts: [], allowedOrigins: [] });
await switchyard.tried;
let seen = switchyard.events.seq;

serveParent(
  { origin },
  (question) => {
    if (question["kind"] !== "events") throw new Error("no such question");
    const before = seen;
    seen = switchyard.events.seq;
    return { events: seen - before };
  },
  () => switchyard.close(),
);
