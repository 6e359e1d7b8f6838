import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type OpenConnector, openConnector } from "switchyard/connector";
import { connector } from "./connector.ts";
import { type Simulator, startSimulator } from "./simulator/simulator.ts";

const ruleset = "checkgroup_parameters:filesystem";
let simulator: Simulator;
let open: OpenConnector;

before(async () => {
  simulator = await startSimulator({ hosts: 5, problems: 0, nowMs: () => Date.now(), workMs: 50 });
  const { url } = simulator;
  open = await openConnector(connector, { url, site: "demo", user: "automation", secret: "automation-secret" });
});

after(async () => {
  await open[Symbol.asyncDispose]();
  await simulator.close();
});

const call = async (name: string, args: Readonly<Record<string, unknown>>) =>
  Object((await open.call(name, args))["structuredContent"]);

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
