import assert from "node:assert/strict";
import { test } from "node:test";
import { openCheckmk } from "../../test/rig/open-checkmk.ts";

const ruleset = "checkgroup_parameters:filesystem";
const { simulator, call } = await openCheckmk();

test("rules are made, listed in their order, moved and deleted", async () => {
  const wish = { ruleset, folder: "/servers", value_raw: "{'levels': (80.0, 90.0)}", host_names: ["app001"] };
  await call("create_rule", { ...wish, description: "first" });
  await call("create_rule", { ...wish, description: "second", service_names: ["Filesystem /var$"] });
  const { rules } = await call("list_rules", { ruleset });
  const [first, second] = rules;
  assert.deepEqual([first.index, second.index, second.properties.description], [0, 1, "second"]);
  assert.deepEqual(second.conditions, {
    host_name: { match_on: ["app001"], operator: "one_of" },
    service_description: { match_on: ["Filesystem /var$"], operator: "one_of" },
  });
  const place = { rule_id: second.rule_id, position: "before_specific_rule", other_rule_id: first.rule_id };
  await call("move_rule", place);
  assert.equal((await call("list_rules", { ruleset })).rules[0].rule_id, second.rule_id);
  await call("delete_rule", { rule_id: first.rule_id });
  assert.equal((await call("list_rules", { ruleset })).total_count, 1);
  const { rulesets } = await call("list_rulesets", { search: "filesystem" });
  assert.deepEqual(rulesets, [{ name: ruleset, title: "filesystem", rule_count: 1 }]);
  await call("delete_rule", { rule_id: second.rule_id });
});

test("what is wrong with a rule is said", async () => {
  const wish = { ruleset, value_raw: "{'levels': (80.0, 90.0}" };
  await assert.rejects(call("create_rule", wish), /the site answered 400.*value_raw/);
  await assert.rejects(
    call("create_rule", { ...wish, ruleset: "coffee" }),
    /There is no ruleset "coffee"; list_rulesets/,
  );
  await assert.rejects(call("delete_rule", { rule_id: "none" }), /There is no rule "none"; list_rules/);
});

test("parameters of a service are set by a rule of its own, which is changed the next time", async () => {
  const target = { host_name: "app001", service_name: "Filesystem /var" };
  await call("set_service_parameters", { ...target, parameters: { levels: [70, 85] } });
  const { rules } = await call("list_rules", { ruleset });
  assert.equal(rules.length, 1);
  await call("set_service_parameters", { ...target, parameters: { levels: [60, 85] } });
  const again = await call("list_rules", { ruleset });
  assert.equal(again.total_count, 1);
  assert.match(again.rules[0].value_raw, /60/);
  const effective = await call("get_effective_parameters", target);
  assert.deepEqual(effective.parameters, { levels: [60, 85] });
});

test("a rule that is for more than the service is left alone: setting parameters makes another, which goes before it", async () => {
  const target = { host_name: "app001", service_name: "Filesystem /var" };
  const exact = { match_on: ["/var$"], operator: "one_of" };
  const others = [
    { host_name: { match_on: ["app001"], operator: "one_of" } },
    { host_name: { match_on: ["app001"], operator: "one_of" }, service_description: { ...exact, match_on: ["/var"] } },
    { host_name: { match_on: ["app001", "app002"], operator: "one_of" }, service_description: exact },
    {
      host_name: { match_on: ["app001"], operator: "one_of" },
      service_description: exact,
      host_tags: [{ key: "criticality", operator: "is", value: "prod" }],
    },
  ];
  const folder = simulator.site.configuration.hosts.get("app001")?.folder ?? "";
  for (const [at, conditions] of others.entries()) {
    for (const { id } of simulator.site.rulebook.of(ruleset)) simulator.site.rulebook.remove(id);
    const value = "{'levels': (80.0, 90.0)}";
    simulator.site.rulebook.put({ id: `wide${at}`, ruleset, folder, valueRaw: value, conditions, properties: {} });
    const dry = await call("set_service_parameters", { ...target, parameters: { levels: [70, 85] }, dry_run: true });
    assert.match(dry.summary, /A new rule of .*; it is put at the top of \/servers\/linux, before rule wide\d/);
    const made = await call("set_service_parameters", { ...target, parameters: { levels: [70, 85] } });
    assert.deepEqual(made.changes.position, { to: "top_of_folder" });
    assert.equal(simulator.site.rulebook.find(`wide${at}`)?.valueRaw, value);
    assert.deepEqual((await call("get_effective_parameters", target)).parameters, { levels: [70, 85] });
    const root = await call("get_effective_parameters", { ...target, service_name: "Filesystem /" });
    assert.deepEqual(root.parameters?.levels ?? [80, 90], [80, 90]);
  }
});

test("a service's own rule that another stands before is moved up when it is changed, and not otherwise", async () => {
  const target = { host_name: "app001", service_name: "Filesystem /var" };
  for (const { id } of simulator.site.rulebook.of(ruleset)) simulator.site.rulebook.remove(id);
  await call("set_service_parameters", { ...target, parameters: { levels: [70, 85] } });
  const [own] = (await call("list_rules", { ruleset })).rules;
  const wide = { ruleset, folder: own.folder, value_raw: "{'levels': (80.0, 90.0)}" };
  await call("create_rule", wide);
  const [, other] = (await call("list_rules", { ruleset })).rules;
  const still = await call("set_service_parameters", { ...target, parameters: { levels: [71, 85] } });
  assert.equal(still.changes.position, undefined);
  await call("move_rule", { rule_id: other.rule_id, position: "top_of_folder", folder: own.folder });
  const moved = await call("set_service_parameters", { ...target, parameters: { levels: [60, 85] } });
  assert.deepEqual(moved.changes.position, { from: 1, to: "top_of_folder" });
  const { rules } = await call("list_rules", { ruleset });
  assert.deepEqual([rules.length, rules[0].rule_id], [2, own.rule_id]);
  assert.deepEqual((await call("get_effective_parameters", target)).parameters, { levels: [60, 85] });
});
