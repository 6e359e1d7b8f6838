import assert from "node:assert/strict";
import { test } from "node:test";
import { GatewayError } from "../core/errors.ts";
import { policyFor, PolicyTable } from "../policy/call-policy.ts";
import { parseConfig } from "./parse.ts";

function parsed(content: object) {
  return parseConfig(JSON.stringify(content), "switchyard.json", {}, "/work");
}

function refusal(content: object): string {
  try {
    parsed(content);
  } catch (thrown) {
    if (thrown instanceof GatewayError) return thrown.message;
  }
  return "accepted";
}

test("what a tool's entry says of its cache stands for what its server's says, and a time there lists the tool", () => {
  const { policies } = parsed({
    mcpServers: {
      erp: {
        url: "http://erp/mcp",
        cache: { ttl: "metadata" },
        tools: {
          "my_*": { cache: { ttl: 60_000, scope: "user" } },
          write: { cache: { invalidates: ["sales"] } },
          clock: { cache: false },
        },
      },
    },
  });
  const table = new PolicyTable(policies);
  const of = (tool: string) => policyFor(table, "erp", tool).cache;
  assert.deepEqual(of("read"), { ttl: "metadata", isListed: false });
  assert.deepEqual(of("my_orders"), { ttl: 60_000, isListed: true, scope: "user" });
  assert.deepEqual(of("write"), { invalidates: ["sales"] });
  assert.deepEqual(of("clock"), { isOn: false });
});

test("the room and the calls to make beforehand stand at the top", () => {
  const { cache } = parsed({
    cache: { maxMiB: 1, warm: { everyMs: 5000, calls: [{ tool: "erp/get/all", arguments: { a: 1 } }] } },
  });
  assert.deepEqual(cache, {
    maxBytes: 1_048_576,
    warm: { everyMs: 5000, calls: [{ upstream: "erp", tool: "get/all", arguments: { a: 1 } }] },
  });
});

function server(cache: unknown) {
  return { mcpServers: { erp: { url: "http://erp/mcp", cache } } };
}

test("what is wrong is told at its place, with what may stand there", () => {
  assert.match(
    refusal(server({ ttl: "hour" })),
    /mcpServers\.erp\.cache\.ttl must be a whole number of ms from 0 to 86400000, or one of dashboard/,
  );
  assert.match(refusal(server({ scope: "all" })), /scope must be "public", "role" or "user"/);
  assert.match(refusal(server({ tll: 5 })), /tll.*ttl/);
  assert.match(refusal(server(true)), /cache must be an object, or false/);
  assert.match(refusal({ cache: { maxMib: 5 } }), /maxMib.*maxMiB/);
  assert.match(refusal({ cache: { warm: { calls: [{ tool: "look" }] } } }), /tool must be SERVER\/TOOL/);
});
