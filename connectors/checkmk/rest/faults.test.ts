import assert from "node:assert/strict";
import { test } from "node:test";
import { openConnector } from "switchyard/connector";
import { connector } from "../connector.ts";
import type { Spoil } from "../simulator/rest/server.ts";
import { type SimulatorOptions, startSimulator } from "../simulator/simulator.ts";

const users = [
  { name: "automation", secret: "automation-secret" },
  { name: "reader", secret: "reader-secret", lacks: ["wato.manage_hosts", "action.acknowledge"] },
  { name: "setter", secret: "setter-secret", lacks: ["wato.move_hosts", "wato.manage_folders"] },
  { name: "colleague", secret: "colleague-secret" },
];

async function stand(options: Partial<SimulatorOptions> = {}, config: Readonly<Record<string, unknown>> = {}) {
  const simulator = await startSimulator({
    hosts: 5,
    problems: 0,
    users,
    workMs: 50,
    nowMs: () => Date.now(),
    ...options,
  });
  const login = { url: simulator.url, site: "demo", user: "automation", secret: "automation-secret" };
  const open = await openConnector(connector, { ...login, attempts: 1, ...config });
  const call = async (name: string, args: Readonly<Record<string, unknown>>) =>
    Object((await open.call(name, args))["structuredContent"]);
  const close = async (): Promise<void> => {
    await open[Symbol.asyncDispose]();
    await simulator.close();
  };
  return { simulator, call, [Symbol.asyncDispose]: close };
}

test("a wrong secret is said without saying it, and with where to look", async () => {
  await using wrong = await stand({}, { secret: "hunter2-is-wrong" });
  await assert.rejects(wrong.call("get_host", { name: "app001" }), (thrown: Error) => {
    assert.match(
      thrown.message,
      /the site answered 401, Invalid credentials.*Check user and secret of the connector, and what the user "automation" may do/,
    );
    assert.doesNotMatch(thrown.message, /hunter2/);
    return true;
  });
});

test("a permission that is missing is named, with who lacks it", async () => {
  await using limited = await stand({}, { user: "reader", secret: "reader-secret" });
  const refused =
    /403.*the permission wato\.manage_hosts is missing.*Give a role with this permission to the user "reader"/;
  await assert.rejects(limited.call("create_host", { name: "app900" }), refused);
});

test("of a change that was made in part it is said what was done and what was not, and what was done waits for activation", async () => {
  await using limited = await stand({}, { user: "setter", secret: "setter-secret" });
  const { configuration } = limited.simulator.site;
  const change = { name: "app001", attributes: { alias: "First" }, folder: "/network" };
  await assert.rejects(
    limited.call("update_host", change),
    /Done: settings of app001 are changed\. Not done: app001 is in \/network\..*403.*wato\.move_hosts.*call activate_changes/,
  );
  assert.equal(configuration.hosts.get("app001")?.attributes["alias"], "First");
  await assert.rejects(
    limited.call("update_folder", { folder: "/servers/linux", title: "Penguins", parent: "/network" }),
    /Done: title and settings of \/servers\/linux are changed\. Not done: \/servers\/linux is in \/network\..*wato\.manage_folders/,
  );
  assert.equal(configuration.pending.length, 2);
  await assert.rejects(limited.call("update_host", { name: "app002", folder: "/network" }), (thrown: Error) => {
    assert.doesNotMatch(thrown.message, /Done/, "of one write nothing was done");
    return true;
  });
});

test("where changes are activated automatically, so is what was done of one that was made in part", async () => {
  const login = { user: "setter", secret: "setter-secret", activation: "automatic" };
  await using limited = await stand({}, login);
  const change = { name: "app001", attributes: { alias: "First" }, folder: "/network" };
  await assert.rejects(limited.call("update_host", change), /Done: settings.*Not done.*It is monitored now/);
  assert.equal(limited.simulator.site.configuration.pending.length, 0);
});

test("a rule that was made and could not be put before another is told with the other that goes before it", async () => {
  const broken = { status: 500, body: { title: "Broken", status: 500, detail: "out of order" } };
  const spoil: Spoil = ({ path }) => (/^\/objects\/rule\/.*\/move\/invoke$/.test(path) ? broken : undefined);
  await using fixed = await stand({ spoil });
  const { rulebook } = fixed.simulator.site;
  const ruleset = "checkgroup_parameters:filesystem";
  const rule = { id: "wide", ruleset, folder: "/servers/linux", valueRaw: "{}", conditions: {}, properties: {} };
  rulebook.put(rule);
  const target = { host_name: "app001", service_name: "Filesystem /var" };
  await assert.rejects(
    fixed.call("set_service_parameters", { ...target, parameters: { levels: [70, 85] } }),
    /Done: a new rule is at the bottom of \/servers\/linux\. Not done: it is at the top.*rule wide goes before it\..*500/,
  );
  assert.equal(rulebook.of(ruleset).length, 2);
});

test("a discovery whose result cannot be read has taken over what was found, and says so", async () => {
  let reads = 0;
  const spoil: Spoil = ({ method, path }) => {
    if (method !== "GET" || path !== "/objects/service_discovery/db900") return undefined;
    reads += 1;
    return reads === 2 ? { status: 500, body: { title: "Broken", status: 500, detail: "out of order" } } : undefined;
  };
  await using broken = await stand({ spoil });
  await broken.call("create_host", { name: "db900", folder: "/servers/database" });
  await assert.rejects(
    broken.call("discover_services", { host_name: "db900" }),
    /Done: the discovery fix_all of db900 is begun; its end is seen\. Not done: its result is read\..*500.*call activate_changes/,
  );
  assert.equal(broken.simulator.site.configuration.hosts.get("db900")?.monitored.length, 10);
});

test("an activation that is under way is said, and the change is made all the same", async () => {
  await using one = await stand({ workMs: 60_000 }, { activation: "automatic", activationTimeoutMs: 1000 });
  const first = await one.call("create_host", { name: "app900" });
  assert.equal(first.activation.state, "running");
  const second = await one.call("create_host", { name: "app901" });
  assert.deepEqual([second.activation.state, second.activation.pending_changes], ["not_activated", 1]);
  assert.match(
    second.activation.note,
    /423.*already an activation running.*Call activate_changes when that is settled/,
  );
  assert.ok(one.simulator.site.configuration.hosts.has("app901"));
  await assert.rejects(one.call("activate_changes", {}), /423, Locked.*try again when it is over/);
});

test("changes of somebody else are activated only where that is asked for", async () => {
  await using ours = await stand();
  ours.simulator.site.configuration.note("colleague", "edit-host", "Edited host app001");
  await assert.rejects(ours.call("activate_changes", {}), /401.*changes made by your colleagues/);
  assert.equal((await ours.call("activate_changes", { force_foreign_changes: true })).state, "activated");
});

test("a host that somebody changed between being read and written is not written over", async () => {
  let isSpoiled = false;
  const spoil: Spoil = ({ method, path, reply }) => {
    if (method !== "GET" || path !== "/objects/host_config/app001" || isSpoiled) return undefined;
    isSpoiled = true;
    return { ...reply, headers: { etag: '"before"' } };
  };
  await using meanwhile = await stand({ spoil });
  const change = { name: "app001", attributes: { alias: "x" } };
  await assert.rejects(
    meanwhile.call("update_host", change),
    /412, Precondition failed.*It was changed meanwhile: read it again/,
  );
});

test("an activation whose changes became more between being looked at and begun is begun anew", async () => {
  let looks = 0;
  const spoil: Spoil = ({ path, reply }) => {
    if (!path.endsWith("/pending_changes")) return undefined;
    looks += 1;
    return looks === 2 ? { ...reply, headers: { etag: '"before"' } } : undefined;
  };
  await using overtaken = await stand({ spoil });
  overtaken.simulator.site.configuration.note("automation", "edit-host", "Edited host app001");
  assert.equal((await overtaken.call("activate_changes", {})).state, "activated");
  assert.equal(looks, 3);
});

test("half an answer and then silence ends in time; of a write, it is said that nobody knows", async () => {
  await using silent = await stand({ spoil: () => "stall" }, { timeoutMs: 200 });
  await assert.rejects(
    silent.call("get_host", { name: "app001" }),
    /no whole answer from http:\/\/127\.0\.0\.1:\d+\/demo\/check_mk\/api\/1\.0\/ within 200 ms/,
  );
  await using late = await stand(
    { spoil: ({ method }) => (method === "DELETE" ? "stall" : undefined) },
    { timeoutMs: 200 },
  );
  await assert.rejects(
    late.call("delete_host", { name: "app001" }),
    /Whether it took effect is not known: look before you try again/,
  );
});

test("a read whose connection is cut is made again; a write is not", async () => {
  const cut = new Map<string, number>();
  const spoil: Spoil = ({ method, path }) => {
    const key = `${method} ${path}`;
    cut.set(key, (cut.get(key) ?? 0) + 1);
    return cut.get(key) === 1 ? "cut" : undefined;
  };
  await using flaky = await stand({ spoil }, { attempts: 3 });
  assert.equal((await flaky.call("get_host", { name: "app001" })).name, "app001");
  await assert.rejects(
    flaky.call("delete_host", { name: "app001" }),
    /cannot be reached.*Whether it took effect is not known/,
  );
  assert.equal(cut.get("DELETE /objects/host_config/app001"), 1);
});

test("a site that is not there is said at once, and with what to check", async () => {
  await using gone = await stand({}, { url: "http://127.0.0.1:1" });
  await assert.rejects(
    gone.call("get_host", { name: "app001" }),
    /127\.0\.0\.1:1\/demo.*cannot be reached: connect ECONNREFUSED.*check url, and whether the site runs/,
  );
  for (let asked = 0; asked < 5; asked += 1) await assert.rejects(gone.call("get_host", { name: "app001" }));
  await assert.rejects(gone.call("get_host", { name: "app001" }), /kept failing, and is left alone for some seconds/);
});

test("another server's answer is not taken for a site's", async () => {
  await using other = await stand({}, { site: "prod" });
  await assert.rejects(
    other.call("get_host", { name: "app001" }),
    /answered 404 with text\/html, as no Checkmk site does; check url and site/,
  );
});

test("a caller who leaves while an activation is waited for is let go, and the site is left in peace", async () => {
  await using waiting = await stand({ workMs: 60_000 });
  waiting.simulator.site.configuration.note("automation", "edit-host", "Edited host app001");
  const controller = new AbortController();
  await using open = await openConnector(connector, {
    url: waiting.simulator.url,
    site: "demo",
    user: "automation",
    secret: "automation-secret",
  });
  const asked = open.call("activate_changes", {}, { signal: controller.signal });
  setTimeout(() => {
    controller.abort(new Error("gone"));
  }, 150);
  await assert.rejects(asked, /gone|aborted/);
});
