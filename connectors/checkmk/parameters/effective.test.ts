import assert from "node:assert/strict";
import { test } from "node:test";
import { effectiveParameters } from "./effective.ts";
import { jsonOf } from "./literal-json.ts";
import { mismatchOf } from "./rule-match.ts";
import type { Rule, RuleConditions, RuledHost } from "./rulesets.ts";

const host: RuledHost = {
  name: "web01",
  folder: "/servers/web",
  tags: { criticality: "prod" },
  labels: { os: "linux", site: "north" },
};
const service = { names: ["/var", "Filesystem /var"], labels: { tier: "data" } };

function ruleOf(id: string, given: Partial<Rule>): Rule {
  return {
    id,
    ruleset: "checkgroup_parameters:filesystem",
    folder: "/",
    index: 0,
    valueRaw: "{}",
    conditions: {},
    properties: {},
    ...given,
  };
}

test("of dicts each key comes from the first rule that has it: the host's folder before its parents, then from the top", () => {
  const rules = [
    ruleOf("main", { index: 0, valueRaw: "{'levels': (80.0, 90.0), 'magic': 0.8}" }),
    ruleOf("near", { folder: "/servers/web", index: 1, valueRaw: "{'levels': (50.0, 60.0)}" }),
    ruleOf("nearest", { folder: "/servers/web", index: 0, valueRaw: "{'inodes_levels': (10.0, 5.0)}" }),
    ruleOf("elsewhere", { folder: "/servers/webshop", valueRaw: "{'levels': (1.0, 2.0)}" }),
    ruleOf("broken", { folder: "/servers", valueRaw: "{'levels': open()}" }),
  ];
  const { value, origins, matching, unread } = effectiveParameters(rules, host, service);
  assert.deepEqual(value && jsonOf(value), { inodes_levels: [10, 5], levels: [50, 60], magic: 0.8 });
  assert.deepEqual(origins, { inodes_levels: "nearest", levels: "near", magic: "main" });
  assert.deepEqual(
    matching.map(({ id }) => id),
    ["nearest", "near", "broken", "main"],
  );
  assert.match(unread.join(), /rule broken cannot be read\. Expected a value/);
});

test("of anything else the first rule's value holds, and without a rule there is none", () => {
  const rules = [ruleOf("two", { index: 1, valueRaw: "(1, 2)" }), ruleOf("one", { index: 0, valueRaw: "(3, 4)" })];
  assert.deepEqual(
    effectiveParameters(rules, host, service).value,
    effectiveParameters([rules[1] ?? ruleOf("", {})], host, service).value,
  );
  assert.equal(effectiveParameters([], host, service).value, undefined);
});

const cases: readonly (readonly [RuleConditions, string | undefined])[] = [
  [{ host_name: { match_on: ["web01"], operator: "one_of" } }, undefined],
  [{ host_name: { match_on: ["web0"], operator: "one_of" } }, "the host's name"],
  [{ host_name: { match_on: ["~web\\d"], operator: "one_of" } }, undefined],
  [{ host_name: { match_on: ["~web\\d"], operator: "none_of" } }, "the host's name"],
  [{ host_tags: [{ key: "criticality", operator: "is", value: "prod" }] }, undefined],
  [{ host_tags: [{ key: "criticality", operator: "none_of", value: ["prod", "test"] }] }, "the host's tags"],
  [{ host_tags: [{ key: "networking", operator: "is_not", value: "dmz" }] }, undefined],
  [{ service_description: { match_on: ["/var$"], operator: "one_of" } }, undefined],
  [{ service_description: { match_on: ["/va$"], operator: "one_of" } }, "the service's name"],
  [{ service_description: { match_on: ["Filesystem /v"], operator: "one_of" } }, undefined],
  [
    { host_label_groups: [{ label_group: [{ label: "os:windows" }, { label: "site:north", operator: "or" }] }] },
    undefined,
  ],
  [
    { host_label_groups: [{ label_group: [{ label: "os:linux" }, { label: "site:north", operator: "not" }] }] },
    "the host's labels",
  ],
  [{ service_label_groups: [{ operator: "not", label_group: [{ label: "tier:data" }] }] }, "the service's labels"],
];

for (const [conditions, expected] of cases) {
  test(`a rule with ${JSON.stringify(conditions)} is ${expected === undefined ? "for the service" : `not, because of ${expected}`}`, () => {
    assert.equal(mismatchOf(ruleOf("rule", { conditions }), host, service), expected);
  });
}

test("a rule that is disabled or of another folder is for nothing", () => {
  assert.equal(mismatchOf(ruleOf("rule", { properties: { disabled: true } }), host), "it is disabled");
  assert.equal(mismatchOf(ruleOf("rule", { folder: "/clients" }), host), "the host is not in /clients");
});
