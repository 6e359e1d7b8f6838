import assert from "node:assert/strict";
import { test } from "node:test";
import { openConnector } from "switchyard/connector";
import { loginTo, openCheckmk } from "../../test/rig/open-checkmk.ts";
import { until } from "../../test/rig/until.ts";
import { connector } from "./connector.ts";

const { simulator, call } = await openCheckmk({ workMs: 250 });

test("a folder is made, changed, moved and deleted with what is in it", async () => {
  const { configuration } = simulator.site;
  await call("create_folder", {
    name: "lab",
    parent: "/servers",
    title: "Lab",
    attributes: { tag_criticality: "test" },
  });
  await assert.rejects(
    call("create_folder", { name: "lab", parent: "/servers" }),
    /There is a folder \/servers\/lab already/,
  );
  const listed = await call("list_folders", { parent: "/servers", recursive: false });
  assert.ok(listed.folders.some(({ path }: { readonly path: string }) => path === "/servers/lab"));
  await call("create_host", { name: "app900", folder: "/servers/lab" });
  const wish = {
    folder: "/servers/lab",
    parent: "/network",
    title: "Laboratory",
    attributes: { tag_agent: "no-agent" },
    remove_attributes: ["tag_criticality"],
  };
  const { changes } = await call("update_folder", wish);
  assert.deepEqual(changes.tag_criticality, { from: "test" });
  assert.equal(configuration.hosts.get("app900")?.folder, "/network/lab");
  const { title, attributes } = configuration.folders.get("/network/lab") ?? {};
  assert.deepEqual([title, attributes], ["Laboratory", { tag_agent: "no-agent" }]);
  await assert.rejects(
    call("delete_folder", { folder: "/network/lab" }),
    /has 0 folders and 1 hosts in it; with recursive/,
  );
  const gone = await call("delete_folder", { folder: "/network/lab", recursive: true });
  assert.deepEqual(
    [gone.summary, gone.changes.hosts.from],
    ["Folder /network/lab is deleted, with 0 folders and 1 hosts", ["app900"]],
  );
  assert.equal(configuration.hosts.has("app900"), false);
});

test("settings of a host are set and taken away at once, and one that is in both is set", async () => {
  const { configuration } = simulator.site;
  await call("create_host", { name: "app901", ip_address: "10.9.0.1", labels: { a: "b" } });
  const wish = {
    name: "app901",
    attributes: { alias: "A" },
    remove_attributes: ["labels", "alias", "parents"],
    folder: "/network",
  };
  const dry = await call("update_host", { ...wish, dry_run: true });
  const { changes } = await call("update_host", wish);
  assert.deepEqual(changes, dry.changes);
  assert.deepEqual(configuration.hosts.get("app901")?.attributes, { ipaddress: "10.9.0.1", alias: "A" });
  assert.equal(configuration.hosts.get("app901")?.folder, "/network");
  await call("update_host", { name: "app901", remove_attributes: ["alias"] });
  assert.deepEqual(configuration.hosts.get("app901")?.attributes, { ipaddress: "10.9.0.1" });
});

test("a discovery scans a host, waits for it, and takes over what it found", async () => {
  await call("create_host", { name: "db900", folder: "/servers/database" });
  const dry = await call("discover_services", { host_name: "db900", dry_run: true });
  assert.deepEqual(
    [dry.summary, dry.after],
    ["By the last scan: db900 has 0 new, 0 vanished, 0 changed and 0 unchanged services", undefined],
  );
  const found = await call("discover_services", { host_name: "db900", mode: "refresh" });
  assert.equal(found.after.new_services.length, 10);
  assert.equal(simulator.site.configuration.hosts.get("db900")?.monitored.length, 0);
  const taken = await call("discover_services", { host_name: "db900" });
  assert.equal(taken.summary, "db900 has 10 new, 0 vanished, 0 changed and 0 unchanged services");
  assert.equal(taken.after.unchanged_services.length, 10);
  assert.equal(taken.activation.state, "pending");
  await call("activate_changes", {});
  assert.equal(simulator.site.estate.servicesOf("db900").size, 10);
  assert.deepEqual(await call("get_service_discovery", { host_name: "db900" }), taken.after);
});

test("where changes are activated automatically, all that come while one runs are activated together after it", async () => {
  await using automatic = await openConnector(connector, { ...loginTo(simulator), activation: "automatic" });
  const names = ["win901", "win902", "win903", "win904", "win905"];
  const answers = await Promise.all(names.map((name) => automatic.call("create_host", { name })));
  for (const { structuredContent } of answers) assert.equal(Object(structuredContent).activation.state, "activated");
  for (const name of names) assert.ok(simulator.site.estate.hosts.has(name), name);
});

test("a group of tags is made and changed; tags that hosts have go only where that is repaired", async () => {
  const { configuration } = simulator.site;
  const tags = [{ title: "None" }, { id: "gold", title: "Gold" }, { id: "iron", title: "Iron", aux_tags: ["snmp"] }];
  const made = await call("create_host_tag_group", { id: "care", title: "Care", topic: "Contracts", tags });
  assert.equal(made.activation.state, "pending");
  await assert.rejects(
    call("create_host_tag_group", { id: "care", title: "?", tags }),
    /There is a group of tags care/,
  );
  const { tag_groups: groups } = await call("list_host_tags", {});
  assert.deepEqual(groups.at(-1).tags, [
    { id: null, title: "None", aux_tags: [] },
    { id: "gold", title: "Gold", aux_tags: [] },
    { id: "iron", title: "Iron", aux_tags: ["snmp"] },
  ]);
  await call("create_host", { name: "app950", attributes: { tag_care: "gold" } });
  const fewer = { id: "care", tags: tags.filter(({ id }) => id !== "gold") };
  const dry = await call("update_host_tag_group", { ...fewer, dry_run: true });
  assert.deepEqual(Object.keys(dry.changes), ["tags"]);
  const inUse = /used by other instances\. You must authorize .*With repair it is taken off what has it/;
  await assert.rejects(call("update_host_tag_group", fewer), inUse);
  await assert.rejects(call("delete_host_tag_group", { id: "care" }), inUse);
  await call("update_host_tag_group", { ...fewer, repair: true });
  assert.deepEqual(configuration.hosts.get("app950")?.attributes, {});
  await call("delete_host_tag_group", { id: "care", repair: true });
  assert.equal(simulator.site.tagGroups.has("care"), false);
  await assert.rejects(call("update_host_tag_group", { id: "agent", title: "?" }), /built-in .* cannot be modified/);
});

for (const version of ["2.4.0p3", "2.3.0p41", "2.2.0p44"]) {
  test(`with ${version} many hosts are discovered in one run, which is waited for or looked at later`, async () => {
    const there = await openCheckmk({ version, hosts: 8, servicesPerHost: 3 });
    const { configuration } = there.simulator.site;
    const names = [...configuration.hosts.keys()].slice(0, 4);
    const before = names.map((name) => configuration.hosts.get(name)?.monitored.length ?? 0);
    const wish = { host_names: names, mode: "new" };
    const dry = await there.call("bulk_discover_services", { ...wish, dry_run: true });
    assert.deepEqual([dry.summary, dry.job_id], ["Would be done: new on 4 hosts", undefined]);
    const missing = { host_names: ["nowhere"], dry_run: true };
    await assert.rejects(there.call("bulk_discover_services", missing), /Not configured: nowhere/);
    const done = await there.call("bulk_discover_services", wish);
    assert.deepEqual([done.running, done.state, done.log], [false, "finished", ["Bulk discovery successful: 4 hosts"]]);
    assert.ok(done.activation.pending_changes > 0);
    const after = names.map((name) => configuration.hosts.get(name)?.monitored.length ?? 0);
    assert.ok(after.every((count, at) => count > (before[at] ?? 0)));
    const begun = await there.call("bulk_discover_services", { ...wish, mode: "fix_all", wait: false });
    assert.deepEqual([begun.running, begun.activation], [true, undefined]);
    await assert.rejects(there.call("bulk_discover_services", wish), /already active/);
    await until(
      async () => !(await there.call("get_bulk_discovery", { job_id: begun.job_id })).running,
      "the run is over",
    );
  });
}
