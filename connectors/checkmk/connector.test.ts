import assert from "node:assert/strict";
import { test } from "node:test";
import { openCheckmk } from "../../test/rig/open-checkmk.ts";

const { simulator, call } = await openCheckmk({ hosts: 10, problems: 0.04 });

test("a host is created, and what is not monitored yet is said", async () => {
  const wish = { name: "app100", folder: "/servers/linux", ip_address: "10.1.1.1", labels: { role: "app" } };
  const dry = await call("create_host", { ...wish, dry_run: true });
  assert.equal(dry.summary, "Would be done: Host app100 is created in /servers/linux");
  assert.equal(simulator.site.configuration.hosts.has("app100"), false);
  const made = await call("create_host", wish);
  assert.deepEqual(made.activation, {
    state: "pending",
    pending_changes: 1,
    note: "It is not monitored yet: call activate_changes once everything is set up.",
  });
  assert.equal(simulator.site.configuration.hosts.get("app100")?.attributes["ipaddress"], "10.1.1.1");
});

test("changes are activated together, and are monitored then", async () => {
  const pending = await call("list_pending_changes", {});
  assert.deepEqual([pending.total_count, pending.changes[0].text], [1, "Created new host app100"]);
  assert.equal((await call("activate_changes", { dry_run: true })).state, "would_activate");
  assert.equal(simulator.site.estate.hosts.has("app100"), false);
  const done = await call("activate_changes", {});
  assert.deepEqual(
    [done.state, done.change_count, done.sites],
    ["activated", 1, [{ site: "demo", state: "success", text: "Success" }]],
  );
  assert.equal(simulator.site.estate.hosts.get("app100")?.address, "10.1.1.1");
  assert.equal((await call("activate_changes", {})).state, "nothing_to_do");
});

test("a host is changed where it still is what was read, moved and deleted", async () => {
  const { configuration } = simulator.site;
  const wish = {
    name: "app100",
    folder: "/network",
    attributes: { alias: "One hundred" },
    remove_attributes: ["labels"],
  };
  const { changes } = await call("update_host", wish);
  assert.deepEqual(changes, {
    folder: { from: "/servers/linux", to: "/network" },
    alias: { to: "One hundred" },
    labels: { from: { role: "app" } },
  });
  const { folder, attributes } = configuration.hosts.get("app100") ?? {};
  assert.deepEqual([folder, attributes], ["/network", { ipaddress: "10.1.1.1", alias: "One hundred" }]);
  const again = await call("update_host", { ...wish, remove_attributes: [] });
  assert.deepEqual([again.changes, again.activation], [{}, undefined]);
  await assert.rejects(
    call("update_host", { name: "app100", etag: '"old"', attributes: { alias: "x" } }),
    /changed since/,
  );
  await call("delete_host", { name: "app100" });
  assert.equal(configuration.hosts.has("app100"), false);
});

test("a host that cannot be created is refused with the reason, before anything is sent", async () => {
  await assert.rejects(
    call("create_host", { name: "app001" }),
    /There is a host "app001" already, in \/servers\/linux/,
  );
  await assert.rejects(call("create_host", { name: "a b" }), /letters without accents/);
  await assert.rejects(
    call("create_host", { name: "new1", folder: "/nowhere" }),
    /There is no folder "\/nowhere"; list_folders/,
  );
  const odd = { name: "new1", attributes: { colour: "red" } };
  await assert.rejects(call("create_host", odd), /the site answered 400.*colour.*Unknown field/);
});
