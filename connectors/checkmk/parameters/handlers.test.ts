import assert from "node:assert/strict";
import { test } from "node:test";
import { suggestionsOf } from "./handler.ts";
import { handlersOf, parameterHandlers } from "./handlers.ts";
import { knownDefaults, knownRulesets, knownShape } from "./known-rulesets.ts";
import { literalOf } from "./literal-json.ts";
import { printLiteral } from "./python-literal.ts";
import { guessRulesets } from "./ruleset-discovery.ts";
import { temperature } from "./temperature.ts";

for (const [service, plugin, ruleset] of [
  ["Filesystem /var", "df", "checkgroup_parameters:filesystem"],
  ["CPU utilization", "kernel_util", "checkgroup_parameters:cpu_iowait"],
  ["CPU utilization", undefined, "checkgroup_parameters:cpu_iowait"],
  ["CPU load", undefined, "checkgroup_parameters:cpu_load"],
  ["Interface 2", "lnx_if", "checkgroup_parameters:interfaces"],
  ["Temperature Zone 0", "lnx_thermal", "checkgroup_parameters:temperature"],
  ["Memory", "mem_linux", "checkgroup_parameters:memory_linux"],
  ["ORA PROD Processes", undefined, "checkgroup_parameters:oracle_processes"],
  ["HTTP shop", undefined, "active_checks:http"],
  ["Whatever", "own_check", "checkgroup_parameters:own_check"],
] as const) {
  test(`${service}${plugin === undefined ? "" : ` of the plug-in ${plugin}`} has its parameters in ${ruleset}`, () => {
    assert.equal(guessRulesets(service, plugin)[0]?.ruleset, ruleset);
  });
}

test("a word counts where it begins a word of the name, so that no program is a RAM", () => {
  assert.deepEqual(guessRulesets("Program versions"), []);
  assert.deepEqual(guessRulesets("Groups of users")[0]?.ruleset, "checkgroup_parameters:user_count");
});

for (const [service, handler, profile] of [
  ["Temperature CPU 0", "temperature", "cpu"],
  ["Nvidia GPU Temperature 1", "temperature", "gpu"],
  ["Temperature Inlet", "temperature", "ambient"],
  ["Temperature Sensor 9", "temperature", "generic"],
  ["HTTPS shop.example", "network_services", "https"],
  ["HTTP shop.example", "network_services", "http"],
  ["TCP Port 9000", "network_services", "tcp"],
  ["MySQL DB Slave main", "database", "mysql"],
  ["PostgreSQL Connections app", "database", "postgresql"],
  ["MRPE backup", "custom_checks", "mrpe"],
] as const) {
  test(`${service} is known to ${handler} as ${profile}`, () => {
    const [first] = handlersOf(service);
    assert.deepEqual([first?.name, first?.defaults(service, {}).profile], [handler, profile]);
  });
}

test("a service that no handler knows has none, and Check_MK is no check of one's own", () => {
  for (const service of ["Filesystem /", "Check_MK", "Check_MK Discovery", "Interface 3"])
    assert.deepEqual(handlersOf(service), []);
});

test("temperatures follow the sensor, the place and the unit, and trends are there where they are asked for", () => {
  const { parameters } = temperature.defaults("Temperature CPU 0", {});
  assert.deepEqual(parameters["levels"], [75, 85]);
  assert.equal("trend_compute" in parameters, false);
  const given = { environment: "datacenter", unit: "f", include_trending: true } as const;
  const cold = temperature.defaults("Temperature CPU 0", given);
  assert.deepEqual(cold.parameters["levels"], [158, 176]);
  assert.deepEqual(cold.parameters["trend_compute"], { period: 15, trend_levels: [5, 10] });
  assert.match(cold.notes.join(" "), /5 °C lower\. Rules hold °C/);
  // What is written is in the rule's own unit again.
  assert.deepEqual(temperature.prepare("Temperature CPU 0", cold.parameters, given)["levels"], [70, 80]);
});

function fieldsOf(parameters: Parameters<typeof temperature.check>[1]): readonly string[] {
  return temperature.check("Temperature Disk 1", parameters, {}).map(({ severity, field }) => `${severity} ${field}`);
}

test("what is wrong with temperatures is told with the field", () => {
  assert.deepEqual(fieldsOf({ levels: [50, 60] }), []);
  assert.deepEqual(fieldsOf({ levels: [60, 50] }), ["error levels"]);
  assert.deepEqual(fieldsOf({ levels: [50, 90] }), ["warning levels"]);
  assert.deepEqual(fieldsOf({ levels: "hot" }), ["error levels"]);
  assert.deepEqual(fieldsOf({ levels: ["fixed", [50, 60]] }), []);
  assert.deepEqual(fieldsOf({ levels: [50, 60], levels_lower: [55, 10] }), ["error levels_lower"]);
  assert.deepEqual(fieldsOf({ device_levels_handling: "mine", output_unit: "x" }), [
    "error device_levels_handling",
    "error output_unit",
  ]);
  assert.deepEqual(fieldsOf({ trend_compute: { period: 1 } }), ["error trend_compute.period"]);
});

test("suggestions are what differs from the profile", () => {
  const current = { levels: [90, 95], levels_lower: [5, 0], output_unit: "c" };
  assert.deepEqual(
    suggestionsOf(temperature, "Temperature CPU 0", current, {}).map(({ field, current: now, suggested }) => [
      field,
      now,
      suggested,
    ]),
    [
      ["levels", [90, 95], [75, 85]],
      ["device_levels_handling", null, "usrdefault"],
    ],
  );
});

test("each profile of each handler finds nothing wrong with its own values", () => {
  for (const handler of parameterHandlers) {
    for (const { name } of handler.profiles) {
      const context = { profile: name };
      const { profile, parameters } = handler.defaults("Something", context);
      assert.equal(profile, name);
      assert.deepEqual(handler.check("Something", parameters, context), [], `${handler.name} ${name}`);
    }
  }
});

test("what is known of rulesets is written as their rules have it", () => {
  for (const name of Object.keys(knownRulesets)) {
    const json = knownDefaults(name);
    assert.ok(json !== undefined, name);
    assert.equal(printLiteral(literalOf(json, knownShape(name))), knownRulesets[name]?.defaults);
    for (const key of Object.keys(json))
      assert.ok(knownRulesets[name]?.keys[key] !== undefined, `${name}.${key} is described`);
  }
});
