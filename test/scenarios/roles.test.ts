import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, test } from "node:test";
import { type Role, roles } from "../../src/access/principal.ts";
import { type JsonObject, objectAt } from "../../src/core/json.ts";
import { endpoints } from "../../src/server/endpoints.ts";
import { pageNames } from "../../src/server/pages.ts";
import { type AccessStand, type TestKey, accessStand, bearer, fullServer } from "../rig/access-stand.ts";
import { rawWebSocket } from "../rig/raw-web-socket.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

/* What each role sees: every endpoint, what every page reads, and what is told of calls. Topics, message by message, are in `src/live/roles.test.ts`. */

const rig = fileRig();
let stand: AccessStand;
const keys = new Map<string, TestKey>();

before(async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "switchyard-roles-"));
  rig.defer(() => {
    rmSync(dataDir, { recursive: true, force: true });
  });
  const mine = fullServer("mine", { "tools/call": { content: [{ type: "text", text: "the-result-nobody-is-told" }] } });
  stand = await accessStand(rig, { mine, other: fullServer("other") }, { dataDir });
  for (const role of roles)
    keys.set(role, await stand.key(role, ...(role === "user" || role === "viewer" ? ["mine"] : [])));
});

function keyOf(role: Role): TestKey {
  const key = keys.get(role);
  assert.ok(key !== undefined);
  return key;
}

/** From which role on each endpoint is served; those of `everybody` say no more than their key may know. */
const servedFrom: Readonly<Record<Role | "everybody", readonly string[]>> = {
  everybody: [
    "GET /api/access",
    "GET /api/batches",
    "GET /api/batches/{id}",
    "GET /api/batches/{id}/results",
    "GET /api/jobs",
    "GET /api/jobs/{id}",
    "GET /api/jobs/{id}/results",
    "GET /api/reports/{id}",
    "GET /api/schedules",
    "GET /api/schedules/{id}",
    "GET /api/tools",
    "GET /api/tools/{name}",
  ],
  viewer: [
    "GET /api/events",
    "GET /api/overview",
    "GET /api/status",
    "GET /api/upstreams",
    "GET /api/upstreams/{name}",
    "GET /docs/events",
  ],
  user: [],
  operator: [
    "GET /api/alerts",
    "GET /api/audit/export",
    "GET /api/audit/summary",
    "GET /api/audit/verify",
    "GET /api/cache",
    "GET /api/calls",
    "GET /api/calls/{id}",
    "GET /api/connections",
    "GET /api/errors/{id}",
    "GET /api/limits",
    "GET /api/metrics",
    "GET /api/prompts",
    "GET /api/prompts/{name}",
    "GET /api/prompts/{name}/versions/{version}",
    "GET /api/resources",
    "GET /api/slo",
    "GET /api/upstreams/{name}/logs",
    "GET /api/upstreams/{name}/quarantine",
    "GET /api/usage",
    "GET /api/webhooks",
    "GET /api/webhooks/{name}/deliveries",
    "GET /metrics",
  ],
  admin: ["GET /api/keys", "GET /api/keys/{id}", "GET /api/settings"],
};

/** What is asked to look: `/api/events` without the stream, the ids of nothing. */
function addressOf(path: string): string {
  const query = path === "/api/events" ? "?follow=false" : "";
  return `${path.replaceAll(/\{[^}]+\}/g, "nobody")}${query}`;
}

test("the table has every endpoint that can be read", () => {
  const read = endpoints().filter(({ method }) => method === "GET");
  assert.deepEqual(
    Object.values(servedFrom).flat().toSorted(),
    read.map(({ method, path }) => `${method} ${path}`).toSorted(),
  );
});

for (const role of roles) {
  test(`a key of the role ${role} is served what is for it, and refused all else`, async () => {
    for (const [from, names] of Object.entries(servedFrom)) {
      const isServed = from === "everybody" || roles.findIndex((each) => each === from) >= roles.indexOf(role);
      for (const name of names) {
        const path = addressOf(name.slice("GET ".length));
        const response = await fetch(`${stand.server.origin}${path}`, { headers: keyOf(role).headers });
        const text = await response.text();
        if (isServed)
          assert.ok(response.status === 200 || response.status === 404, `${name} as ${role}: ${response.status}`);
        else assert.equal(response.status, 403, `${name} as ${role}`);
        if (role === "user" || role === "viewer") assert.doesNotMatch(text, /"other"|other__/, `${name} as ${role}`);
      }
    }
  });
}

/** What each page asks first; who is refused that sees the page say so. */
const pageReads: Readonly<Record<(typeof pageNames)[number], string>> = {
  upstreams: "/api/status",
  tools: "/api/tools",
  prompts: "/api/prompts",
  calls: "/api/calls",
  jobs: "/api/schedules",
  events: "/docs/events",
  cache: "/api/cache",
  cashflow: "/api/status",
  monitoring: "/api/status",
  documents: "/api/status",
  alerts: "/api/alerts",
  access: "/api/keys",
  settings: "/api/settings",
};

const seenBy: Readonly<Record<Role, readonly string[]>> = {
  viewer: ["upstreams", "tools", "jobs", "events", "cashflow", "monitoring", "documents"],
  user: ["upstreams", "tools", "jobs", "events", "cashflow", "monitoring", "documents"],
  operator: [
    "upstreams",
    "tools",
    "prompts",
    "calls",
    "jobs",
    "events",
    "cache",
    "cashflow",
    "monitoring",
    "documents",
    "alerts",
  ],
  admin: [...pageNames],
};

test("every page is there for each role as far as what it shows is for it", async () => {
  for (const role of roles) {
    const seen: string[] = [];
    for (const [name, path] of Object.entries(pageReads)) {
      const { status } = await stand.rest(path, keyOf(role).headers);
      if (status === 200) seen.push(name);
    }
    assert.deepEqual(seen.toSorted(), seenBy[role].toSorted(), role);
  }
  const sources = pageNames.map((name) =>
    readFileSync(new URL(`../../ui/src/pages/${name}.tsx`, import.meta.url), "utf8"),
  );
  assert.equal(sources.length, Object.keys(pageReads).length, "each has a page");
});

test("whoever watches everything that it may is never told what a call was given or what came of it", async () => {
  const ws = stand.server.origin.replace("http", "ws");
  for (const role of roles) {
    await using watching = await rawWebSocket(`${ws}/ws`, ["switchyard.live"], keyOf(role).headers);
    watching.send({ type: "subscribe", data: { topics: ["calls", "status", "upstreams"] } });
    const typed = (type: string): JsonObject | undefined => watching.messages.find((each) => each["type"] === type);
    await until(() => typed("subscribed") !== undefined, `${role} watches`);
    await stand.rest("/api/call", bearer(stand.switchyard.localKey), {
      method: "POST",
      body: JSON.stringify({ tool: "mine__look", arguments: { text: "the-argument-nobody-is-told" } }),
    });
    await until(() => typed("call_ended") !== undefined, `${role} is told of the call`);
    assert.doesNotMatch(JSON.stringify(watching.messages), /nobody-is-told/, role);
    const data = objectAt(typed("call_ended") ?? {}, "data");
    const isOperator = role === "operator" || role === "admin";
    assert.equal(data?.["principal"] !== undefined, isOperator, `whose it was, told to ${role}`);
  }
});
