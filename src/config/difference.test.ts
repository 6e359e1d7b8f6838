import assert from "node:assert/strict";
import { test } from "node:test";
import { alertDefaults } from "../alerts/alert-options.ts";
import { catalogDefaults } from "../gateway/catalog-options.ts";
import { type UpstreamOptions, upstreamDefaults } from "../upstream/options.ts";
import { differenceBetween, isEmptyDifference } from "./difference.ts";

function named(name: string, more: Partial<UpstreamOptions> = {}): UpstreamOptions {
  return { name, target: { kind: "stdio", command: "x", args: [], env: {} }, ...upstreamDefaults, ...more };
}

function between(before: readonly UpstreamOptions[], after: readonly UpstreamOptions[], tools: readonly string[] = []) {
  const rest = { catalog: catalogDefaults, policies: {}, alerts: alertDefaults };
  return differenceBetween({ upstreams: before, ...rest }, { upstreams: after, ...rest }, () => tools);
}

const nothing = {
  added: [],
  changed: [],
  removed: [],
  enabled: [],
  disabled: [],
  isCatalogChanged: false,
  isWatchChanged: false,
};

test("what came, went, changed and was switched is told by name, and nothing where nothing did", () => {
  assert.ok(isEmptyDifference(between([named("a")], [named("a")])));
  assert.deepEqual(
    between(
      [named("gone"), named("same"), named("slow"), named("off"), named("on", { isDisabled: true })],
      [named("new"), named("same"), named("slow", { timeoutMs: 5 }), named("off", { isDisabled: true }), named("on")],
    ),
    { ...nothing, added: ["new"], changed: ["slow"], removed: ["gone"], enabled: ["on"], disabled: ["off"] },
  );
});

test("of changed patterns is told which known tools they switch; where none is known, that something changed", () => {
  const [before, after] = [named("a", { disabledTools: ["rm"] }), named("a", { disabledTools: ["write_*"] })];
  assert.deepEqual(between([before], [after], ["rm", "write_x", "read"]), {
    ...nothing,
    enabled: ["a/rm"],
    disabled: ["a/write_x"],
  });
  assert.deepEqual(between([named("a")], [after]), { ...nothing, changed: ["a"] });
  assert.deepEqual(between([named("a")], [before]), { ...nothing, disabled: ["a/rm"] });
});

test("other profiles or another search are told as that, without their names", () => {
  const catalog = { ...catalogDefaults, search: { ...catalogDefaults.search, mode: "beside" as const } };
  const difference = differenceBetween(
    { upstreams: [], catalog: catalogDefaults, policies: {}, alerts: alertDefaults },
    { upstreams: [], catalog, policies: {}, alerts: alertDefaults },
    () => [],
  );
  assert.deepEqual(difference, { ...nothing, isCatalogChanged: true });
});

test("a server whose calls are to be treated otherwise has changed", () => {
  const rest = { upstreams: [named("a"), named("b")], catalog: catalogDefaults, alerts: alertDefaults };
  const policies = { upstreams: { a: { timeoutMs: 5 } } };
  const difference = differenceBetween({ ...rest, policies: {} }, { ...rest, policies }, () => []);
  assert.deepEqual(difference, { ...nothing, changed: ["a"] });
});

test("other alerts or objectives are told as that", () => {
  const before = { upstreams: [], catalog: catalogDefaults, policies: {}, alerts: alertDefaults };
  const alerts = { ...alertDefaults, slo: { ...alertDefaults.slo, leastCalls: 5 } };
  const difference = differenceBetween(before, { ...before, alerts }, () => []);
  assert.deepEqual(difference, { ...nothing, isWatchChanged: true });
  assert.equal(isEmptyDifference(difference), false);
});
