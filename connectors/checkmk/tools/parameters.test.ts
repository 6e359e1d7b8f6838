import assert from "node:assert/strict";
import { test } from "node:test";
import { openCheckmk } from "../../../test/rig/open-checkmk.ts";

/* The tools about parameters, on a simulated site. */

const { simulator, call } = await openCheckmk({ hosts: 10, problems: 0.04 });
simulator.site.rulebook.put({
  id: "5b1c7d5e-6f0a-4d6e-a9c0-0f5e5a2f9a10",
  ruleset: "checkgroup_parameters:filesystem",
  folder: "/",
  valueRaw: "{'levels': (80.0, 90.0), 'inodes_levels': (10.0, 5.0)}",
  conditions: {},
  properties: { description: "What filesystems are to leave free" },
});
const linux = [...simulator.site.configuration.hosts.values()].find(({ monitored }) =>
  monitored.some(({ plugin }) => plugin === "df"),
);
const host = linux?.name ?? "";

test("parameters of one service are set by a rule of its own, which the next call changes", async () => {
  const about = { host_name: host, service_name: "Filesystem /" };
  const first = await call("get_effective_parameters", about);
  assert.equal(first.ruleset, "checkgroup_parameters:filesystem");
  assert.deepEqual(first.parameters, { levels: [80, 90], inodes_levels: [10, 5] });

  const dry = await call("set_service_parameters", { ...about, parameters: { levels: [70, 85] }, dry_run: true });
  assert.match(
    dry.summary,
    /^Would be done: A new rule of checkgroup_parameters:filesystem in \/.* holds \{'levels': \(70\.0, 85\.0\)\}$/,
  );
  assert.equal(simulator.site.rulebook.of("checkgroup_parameters:filesystem").length, 1);

  const made = await call("set_service_parameters", { ...about, parameters: { levels: [70, 85] } });
  assert.equal(made.activation.state, "pending");
  const effective = await call("get_effective_parameters", about);
  assert.deepEqual(effective.parameters, { levels: [70, 85], inodes_levels: [10, 5] });
  const [own] = effective.rules;
  assert.equal(effective.origins.levels, own.rule_id);

  await call("set_service_parameters", { ...about, parameters: { inodes_levels: [20, 10] } });
  assert.equal(
    simulator.site.rulebook.of("checkgroup_parameters:filesystem").length,
    2,
    "the rule was changed, none was added",
  );
  const [, rule] = simulator.site.rulebook.of("checkgroup_parameters:filesystem");
  assert.equal(rule?.valueRaw, "{'levels': (70.0, 85.0), 'inodes_levels': (20.0, 10.0)}");
  assert.deepEqual(rule?.conditions["host_name"], { match_on: [host], operator: "one_of" });

  const elsewhere = await call("get_effective_parameters", { ...about, service_name: "Filesystem /var" });
  assert.deepEqual(elsewhere.parameters.levels, [80, 90], "other services keep what they have");
});

test("a rule that somebody else has changed is not written over, and keeps its conditions otherwise", async () => {
  const { rules } = await call("get_effective_parameters", { host_name: host, service_name: "Filesystem /" });
  const { rule_id: id, etag } = rules.at(-1);
  await assert.rejects(
    call("update_parameter_rule", { rule_id: id, parameters: { levels: [60, 70] }, etag: '"another"' }),
    /changed/i,
  );
  const earlier = simulator.site.rulebook.find(id);
  await call("update_parameter_rule", {
    rule_id: id,
    parameters: { magic: 0.9 },
    etag,
    rule_properties: { comment: "Smaller ones earlier" },
  });
  const later = simulator.site.rulebook.find(id);
  assert.deepEqual(later?.conditions, earlier?.conditions);
  assert.deepEqual(later?.properties, { ...earlier?.properties, comment: "Smaller ones earlier" });
  assert.match(later?.valueRaw ?? "", /'magic': 0\.9\}$/);
  await assert.rejects(call("update_parameter_rule", { rule_id: id, parameters: { magic: 1 }, etag }), /changed/i);
  await assert.rejects(call("update_parameter_rule", { rule_id: "none", parameters: {} }), /There is no rule none/);
});

test("what cannot be right is refused before anything is written", async () => {
  const count = simulator.site.rulebook.of("checkgroup_parameters:filesystem").length;
  const about = { host_name: host, service_name: "Filesystem /" };
  await assert.rejects(
    call("set_service_parameters", { ...about, parameters: { levels: "high" } }),
    /levels \(% used\) must be like \[80,90\], got "high"/,
  );
  await assert.rejects(
    call("set_service_parameters", { ...about, host_name: "nobody", parameters: {} }),
    /No host "nobody" is set up/,
  );
  await assert.rejects(
    call("get_effective_parameters", { host_name: host, service_name: "Xyzzy" }),
    /No ruleset is known for "Xyzzy"/,
  );
  assert.equal(simulator.site.rulebook.of("checkgroup_parameters:filesystem").length, count);
});

test("what is known of a ruleset is told with how the site's own rules look", async () => {
  const schema = await call("get_parameter_schema", { ruleset_name: "filesystem" });
  assert.equal(schema.title, "filesystem");
  assert.ok(schema.seen_keys.includes("inodes_levels"));
  assert.equal(schema.keys.levels, "% used");
  const unknown = await call("get_parameter_schema", { ruleset_name: "checkgroup_parameters:nothing" });
  assert.deepEqual([unknown.title, unknown.known, unknown.rule_count], [null, false, 0]);
  const found = await call("discover_service_ruleset", { service_name: "CPU utilization" });
  assert.equal(found.ruleset, "checkgroup_parameters:cpu_iowait");
});

test("handlers tell what suits a service, what is wrong, and what to change", async () => {
  const { handlers } = await call("list_parameter_handlers", {});
  assert.deepEqual(
    handlers.map((one: { readonly name: string }) => one.name),
    ["temperature", "database", "network_services", "custom_checks"],
  );
  const service = { service_name: "Temperature CPU 0" };
  const defaults = await call("get_specialized_defaults", { ...service, context: { environment: "datacenter" } });
  assert.deepEqual(
    [defaults.profile, defaults.parameters.levels, defaults.ruleset],
    ["cpu", [70, 80], "checkgroup_parameters:temperature"],
  );
  assert.equal(
    defaults.value_raw,
    "{'levels': (70.0, 80.0), 'levels_lower': (5.0, 0.0), 'device_levels_handling': 'usrdefault', 'output_unit': 'c'}",
  );
  await assert.rejects(
    call("get_specialized_defaults", { ...service, context: { profile: "oven" } }),
    /no profile "oven"; it has gpu, cpu/,
  );
  await assert.rejects(call("get_specialized_defaults", { service_name: "Filesystem /" }), /get_parameter_schema/);
  const info = await call("get_service_handler_info", service);
  assert.deepEqual(
    info.handlers.map((one: { readonly profile: string }) => one.profile),
    ["cpu"],
  );
  const checked = await call("validate_with_handler", { ...service, parameters: { levels: [90, 80] } });
  assert.equal(checked.valid, false);
  const fits = await call("validate_service_parameters", {
    ruleset: "filesystem",
    parameters: { levels: [80, 90], speed: 1 },
  });
  assert.deepEqual([fits.valid, fits.findings.length], [true, 1]);
  const { suggestions } = await call("get_parameter_suggestions", {
    ...service,
    current_parameters: { levels: [95, 99] },
  });
  assert.deepEqual(suggestions[0], {
    field: "levels",
    current: [95, 99],
    suggested: [75, 85],
    reason: "The profile cpu has other values; keep yours where you know why.",
  });
});
