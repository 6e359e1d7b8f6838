import assert from "node:assert/strict";
import { test } from "node:test";
import { openCheckmk } from "../../test/rig/open-checkmk.ts";

const { simulator, open, call } = await openCheckmk();

test("of many hosts each is created for itself: a bad name, a missing folder and one that is there hold up no other", async () => {
  const good = Array.from({ length: 40 }, (_, at) => ({ name: `new${at}`, folder: "/network", labels: { lot: "1" } }));
  const bad = [{ name: "büro/1" }, { name: "lost", folder: "/nowhere" }, { name: "app001" }, { name: "new7" }];
  const dry = await call("batch_create_hosts", { hosts_data: [...good, ...bad], dry_run: true });
  assert.deepEqual([dry.success_count, dry.failure_count, dry.activation], [40, 4, undefined]);
  assert.equal(simulator.site.configuration.hosts.has("new1"), false);
  const done = await call("batch_create_hosts", { hosts_data: [...good, ...bad], max_concurrent: 10 });
  assert.deepEqual([done.success_count, done.failure_count, done.total_requested], [40, 4, 44]);
  const failed = done.results.filter(({ success }: { readonly success: boolean }) => !success);
  const errors = failed.map(
    ({ name, error }: { readonly name: string; readonly error: string }) => `${name}: ${error}`,
  );
  assert.match(errors[0], /^büro\/1: "büro\/1" is no name of a host/);
  assert.match(errors[1], /^lost: .*folder.*could not be found/);
  assert.match(errors[2], /^app001: .*already exists/);
  assert.match(errors[3], /^new7: new7 is in the list before/);
  assert.deepEqual([done.activation.state, done.activation.pending_changes], ["pending", 40]);
  assert.equal(simulator.site.configuration.hosts.get("new39")?.folder, "/network");
});

test("many hosts are changed and deleted, each for itself", async () => {
  const names = ["new0", "new1", "none"];
  const change = names.map((name) => ({ name, attributes: { alias: "same" }, remove_attributes: ["labels"] }));
  const changed = await call("batch_update_hosts", { hosts_data: change });
  assert.deepEqual([changed.success_count, changed.results[2].name, changed.results[2].success], [2, "none", false]);
  assert.deepEqual(simulator.site.configuration.hosts.get("new1")?.attributes, { alias: "same" });
  const gone = await call("batch_delete_hosts", { names });
  assert.deepEqual([gone.success_count, gone.failure_count], [2, 1]);
  assert.equal(simulator.site.configuration.hosts.has("new0"), false);
});

test("a host is told as it is configured, and as it is now", async () => {
  simulator.site.estate.result({ host: "app001", service: undefined }, { state: 1, output: "no answer", perfData: "" });
  const host = await call("get_host", { name: "app001", effective_attributes: true });
  assert.deepEqual([host.folder, host.ip_address, host.labels], ["/servers/linux", "10.0.0.1", { role: "app" }]);
  assert.deepEqual(host.status, { state: "DOWN", plugin_output: "no answer", acknowledged: false, in_downtime: false });
  assert.equal(host.effective_attributes.tag_criticality, "prod");
  const changed = await call("update_host", { name: "app001", etag: host.etag, attributes: { alias: "First" } });
  assert.deepEqual(changed.changes.alias.to, "First");
  const { status } = await call("get_host", { name: "new5" });
  assert.equal(status, null);
  await assert.rejects(call("get_host", { name: "none" }), /The host 'none' could not be found/);
});

test("which Checkmk it is, and what that does not have", async () => {
  const { site, version, edition, unsupported } = await call("get_system_info", {});
  assert.deepEqual([site, version, edition, unsupported], ["demo", "2.4.0p3", "cre", []]);
});

test("every tool that changes something can be asked what it would do", () => {
  const tools = open.offer.tools ?? [];
  const lacking = tools.filter(({ definition }) => {
    const { annotations, inputSchema } = definition;
    return Object(annotations).readOnlyHint !== true && Object(inputSchema).properties.dry_run === undefined;
  });
  assert.deepEqual(
    lacking.map(({ name }) => name),
    [],
  );
  assert.ok(tools.length > 50);
});

test("a tool that may write over something or remove it says so; only those that do nothing but add do not", () => {
  const tools = open.offer.tools ?? [];
  const adding = tools.filter(({ definition: { annotations } }) => {
    const { readOnlyHint: isReading, destructiveHint: isDestructive } = Object(annotations);
    return isReading !== true && isDestructive !== true;
  });
  assert.deepEqual(adding.map(({ name }) => name).toSorted(), [
    "add_comment",
    "batch_create_hosts",
    "create_folder",
    "create_group",
    "create_host",
    "create_host_downtime",
    "create_host_tag_group",
    "create_rule",
    "create_service_downtime",
  ]);
});

test("listed hosts have the settings of their folders where those are asked for", async () => {
  const { hosts } = await call("list_hosts", { search: "app001", include_status: false, effective_attributes: true });
  assert.deepEqual([hosts[0].name, hosts[0].effective_attributes.tag_criticality], ["app001", "prod"]);
  simulator.site.configuration.removeHost("app001", "ada");
  const gone = await call("list_hosts", { search: "app001", effective_attributes: true });
  assert.deepEqual([gone.hosts[0].name, gone.hosts[0].effective_attributes], ["app001", null]);
  const many = call("list_hosts", { effective_attributes: true, limit: 101 });
  await assert.rejects(many, /effective_attributes takes a limit of up to 100, got 101/);
});
