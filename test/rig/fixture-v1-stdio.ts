import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { FixtureMemory } from "./fixture.ts";
import { fixtureV1 } from "./fixture-v1.ts";

// The legacy fixture server as a program: `node fixture-v1-stdio.ts NAME`.
await fixtureV1(process.argv[2] ?? "fixture", new FixtureMemory()).connect(new StdioServerTransport());
