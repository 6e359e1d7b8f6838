import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type OpenConnector, openConnector } from "switchyard/connector";
import { connector } from "./connector.ts";
import { type Simulator, startSimulator } from "./simulator/simulator.ts";

let simulator: Simulator;
let open: OpenConnector;

before(async () => {
  simulator = await startSimulator({ hosts: 5, problems: 0, nowMs: () => Date.now(), workMs: 250 });
  const { url } = simulator;
  open = await openConnector(connector, { url, site: "demo", user: "automation", secret: "automation-secret" });
});

after(async () => {
  await open[Symbol.asyncDispose]();
  await simulator.close();
});

const call = async (name: string, args: Readonly<Record<string, unknown>>) =>
  Object((await open.call(name, args))["structuredContent"]);

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
  const { url } = simulator;
  const login = { url, site: "demo", user: "automation", secret: "automation-secret" };
  await using automatic = await openConnector(connector, { ...login, activation: "automatic" });
  const names = ["win901", "win902", "win903", "win904", "win905"];
  const answers = await Promise.all(names.map((name) => automatic.call("create_host", { name })));
  for (const { structuredContent } of answers) assert.equal(Object(structuredContent).activation.state, "activated");
  for (const name of names) assert.ok(simulator.site.estate.hosts.has(name), name);
});
