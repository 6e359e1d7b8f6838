import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { FixtureMemory } from "./fixture.ts";
import { fixtureV2 } from "./fixture-v2.ts";

// The modern fixture server as a program: `node fixture-v2-stdio.ts NAME`. It refuses clients of the legacy era.
const memory = new FixtureMemory();
const name = process.argv[2] ?? "fixture";
serveStdio(() => fixtureV2(name, memory, () => undefined), { legacy: "reject" });
