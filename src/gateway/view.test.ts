import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { everyRight } from "../access/rights.ts";
import { ManualClock } from "../core/manual-clock.ts";
import { codecsFor } from "../protocol/codecs.ts";
import { ScriptedServer, legacyScript } from "../../test/rig/scripted-server.ts";
import { Gateway } from "./gateway.ts";
import { pageSize } from "./view.ts";
import { verifies } from "../../test/requirements/verifies.ts";
import { identity, standDeps } from "../../test/rig/upstream-stand.ts";

const codecs = codecsFor(identity);

function toolsFrom(first: number, count: number) {
  return Array.from({ length: count }, (_, at) => ({ name: `t${String(first + at).padStart(5, "0")}` }));
}

const server = new ScriptedServer({ ...legacyScript(), "tools/list": { tools: toolsFrom(0, pageSize + 2) } });
const clock = new ManualClock();
const gateway = new Gateway({
  upstreams: [{ name: "up", target: { kind: "channel", open: server.open }, timeoutMs: 1000, startTimeoutMs: 5000 }],
  deps: standDeps(clock),
  stateKey: Buffer.alloc(32, 7),
});
after(() => gateway.close());

function page(cursor?: string) {
  const { tools, nextCursor } = gateway
    .view({ kind: "all" }, everyRight)
    .page("tools", cursor, codecs["2025-11-25"]).value;
  assert.ok(Array.isArray(tools));
  const names = tools.map((tool) => String(Object(tool).name).replace("up__", ""));
  assert.ok(nextCursor === undefined || typeof nextCursor === "string");
  return { names, nextCursor };
}

test("a cursor goes on after the name where it stood, also when the list has changed in between", async () => {
  verifies("pagination.stable");
  gateway.start();
  await gateway.settled;
  const first = page();
  assert.equal(first.names.length, pageSize);
  assert.ok(first.nextCursor !== undefined);
  assert.deepEqual(page(first.nextCursor), { names: ["t01000", "t01001"], nextCursor: undefined });

  const lastSeen = first.names.at(-1);
  server.answer("tools/list", { tools: toolsFrom(0, pageSize + 4).filter(({ name }) => name !== lastSeen) });
  const listed = server.next("tools/list");
  server.notify("notifications/tools/list_changed");
  await listed;
  await turn();
  assert.deepEqual(page(first.nextCursor).names, ["t01000", "t01001", "t01002", "t01003"]);
});

test("a cursor behind everything is an empty page, and one that is none is refused", () => {
  const behind = Buffer.from(JSON.stringify({ after: "zzz" })).toString("base64url");
  assert.deepEqual(page(behind), { names: [], nextCursor: undefined });
  for (const odd of ["", "x", "e30", Buffer.from("null").toString("base64url")]) {
    assert.throws(() => page(odd), { code: "invalid_params" });
  }
});
