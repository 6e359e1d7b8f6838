import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, test } from "node:test";
import { type JsonObject, isJsonObject, objectAt } from "../../src/core/json.ts";
import { type AccessStand, type Credentials, accessStand, bearer, fullServer } from "../rig/access-stand.ts";
import { rawLegacy, rawModern } from "../rig/raw-client.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

/* Prompt templates from their making to their use, as an operator and as an agent see them. */

const rig = fileRig();
const dataDir = mkdtempSync(join(tmpdir(), "switchyard-prompts-"));
let stand: AccessStand;
let admin: Credentials;

const erp = (): ReturnType<typeof fullServer> =>
  fullServer("erp", {
    "prompts/list": {
      prompts: [
        {
          name: "sales",
          title: "Analyse sales",
          arguments: [{ name: "period", description: "Such as last quarter", required: true }, { name: "focus" }],
          _meta: { "switchyard/version": "3" },
        },
      ],
    },
    "prompts/get": ({ arguments: args }) => {
      const { period = "", focus = "" } = isJsonObject(args) ? args : {};
      const text = `Sales of ${String(period)}, ${String(focus)} first. Write {{like}} this.`;
      return { messages: [{ role: "user", content: { type: "text", text } }] };
    },
  });

before(async () => {
  rig.defer(() => {
    rmSync(dataDir, { recursive: true, force: true });
  });
  stand = await accessStand(rig, { erp: erp() }, { dataDir });
  admin = bearer(stand.switchyard.localKey);
});

const content = {
  title: "Weekly brief",
  arguments: [
    { name: "week", required: true },
    { name: "tone", choices: ["dry", "warm"], default: "dry" },
  ],
  messages: [
    { role: "user", text: "Write the brief of week {{week}}, {{tone}}." },
    { role: "assistant", text: "Which figures?" },
  ],
};

async function send(method: string, path: string, body: object, as: Credentials = admin): Promise<JsonObject> {
  const { status, body: answer } = await stand.rest(path, as, { method, body: JSON.stringify(body) });
  assert.equal(status, 200, JSON.stringify(answer));
  return answer;
}

function listIn(object: JsonObject | undefined, member: string): readonly JsonObject[] {
  const list: unknown = object?.[member];
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

async function promptsOf(as: Credentials): Promise<readonly JsonObject[]> {
  const { answer } = await rawModern(stand.url, as)("prompts/list", {});
  return listIn(objectAt(answer, "result"), "prompts");
}

async function namesOf(as: Credentials): Promise<readonly unknown[]> {
  return (await promptsOf(as)).map(({ name }) => name);
}

async function offered(name: string, isOffered: boolean): Promise<void> {
  await until(
    async () => (await namesOf(admin)).includes(`prompts__${name}`) === isOffered,
    `${name} is ${String(isOffered)}`,
  );
}

async function textsOf(name: string, args: JsonObject, as: Credentials = admin): Promise<unknown> {
  const { answer } = await rawModern(stand.url, as)("prompts/get", { name, arguments: args });
  const messages = listIn(objectAt(answer, "result"), "messages");
  return messages.length === 0
    ? answer
    : messages.map(({ role, content: said }) => [role, isJsonObject(said) ? said["text"] : said]);
}

test("a template is offered once it is published, and filled by whoever asks for it", async () => {
  const saved = await send("PUT", "/api/prompts/brief", { content, seen: 0 });
  assert.deepEqual([saved["status"], saved["version"], saved["published"]], ["draft", 1, undefined]);
  assert.deepEqual(await namesOf(admin), ["erp__sales"]);
  await send("POST", "/api/prompts/brief/publish", {});
  await offered("brief", true);
  const [, brief] = await promptsOf(admin);
  assert.deepEqual(brief, {
    name: "prompts__brief",
    title: "Weekly brief",
    arguments: [
      { name: "week", required: true },
      { name: "tone", description: "One of: dry, warm. Default: dry.", required: false },
    ],
    _meta: { "switchyard/version": "1" },
  });
  const said = [
    ["user", "Write the brief of week 7, dry."],
    ["assistant", "Which figures?"],
  ];
  assert.deepEqual(await textsOf("prompts__brief", { week: "7" }), said);
  const legacy = await rawLegacy(stand.url, admin);
  const { answer } = await legacy("prompts/get", { name: "prompts__brief", arguments: { week: "7" } });
  assert.equal(listIn(objectAt(answer, "result"), "messages").length, 2);
});

test("arguments that are wrong are told to who gave them, and hold nothing up", async () => {
  const missing = JSON.stringify(await textsOf("prompts__brief", {}));
  assert.match(missing, /-32602.*week/);
  assert.match(JSON.stringify(await textsOf("prompts__brief", { week: "7", tone: "loud" })), /-32602.*dry, warm.*loud/);
});

test("a version that is not published changes nothing for agents, and a conflict changes nothing at all", async () => {
  const next = { ...content, messages: [{ role: "user", text: "Week {{week}}!" }] };
  await send("PUT", "/api/prompts/brief", { content: next, seen: 1, note: "shorter" });
  const late = await stand.rest("/api/prompts/brief", admin, {
    method: "PUT",
    body: JSON.stringify({ content, seen: 1 }),
  });
  assert.deepEqual([late.status, late.code], [409, "prompt_conflict"]);
  assert.deepEqual(await textsOf("prompts__brief", { week: "7", tone: "warm" }), [
    ["user", "Write the brief of week 7, warm."],
    ["assistant", "Which figures?"],
  ]);
  const published = await send("POST", "/api/prompts/brief/publish", {});
  assert.deepEqual(
    listIn(published, "versions").map(({ number, note }) => [number, note]),
    [
      [2, "shorter"],
      [1, undefined],
    ],
  );
  await until(
    async () => JSON.stringify(await textsOf("prompts__brief", { week: "7" })).includes("Week 7!"),
    "version 2",
  );
  await send("POST", "/api/prompts/brief/restore", { version: 1 });
  const third = await stand.rest("/api/prompts/brief/versions/3", admin);
  assert.equal(listIn(objectAt(third.body, "content"), "messages").length, 2);
});

test("uses are counted by version and day, ours and those of servers, and only those that were answered", async () => {
  await textsOf("erp__sales", { period: "May" });
  await textsOf("erp__nothing", {});
  const usesOf = async (list: string, name: string): Promise<JsonObject> => {
    const { body } = await stand.rest("/api/prompts", admin);
    return objectAt(listIn(body, list).find((each) => each["name"] === name) ?? {}, "uses") ?? {};
  };
  await until(async () => (await usesOf("others", "erp__sales"))["total"] === 1, "the use of a server's prompt");
  const sales = await usesOf("others", "erp__sales");
  assert.deepEqual(sales["versions"], [{ version: "3", count: 1 }]);
  await until(async () => listIn(await usesOf("templates", "brief"), "versions").length === 2, "the use of version 2");
  const brief = await usesOf("templates", "brief");
  assert.deepEqual(
    listIn(brief, "versions").map(({ version }) => version),
    ["2", "1"],
  );
  const [day] = listIn(brief, "days");
  assert.equal(day?.["day"], new Date().toISOString().slice(0, 10));
  assert.equal(day["count"], brief["total"]);
});

test("a server's prompt is copied with its places, and says where it comes from", async () => {
  const copy = await send("POST", "/api/prompts/our-sales/copy", { prompt: "erp__sales" });
  assert.deepEqual(objectAt(copy, "content"), {
    title: "Analyse sales",
    category: "erp",
    tags: [],
    arguments: [
      { name: "period", description: "Such as last quarter", required: true },
      { name: "focus", required: false },
    ],
    messages: [{ role: "user", text: "Sales of {{period}}, {{focus}} first. Write \\{{like}} this." }],
  });
  const { at: _, ...origin } = objectAt(copy, "origin") ?? {};
  assert.deepEqual(origin, { upstream: "erp", prompt: "sales", version: "3" });
  const preview = await send("POST", "/api/prompt-preview", { content: copy["content"], arguments: { period: "May" } });
  assert.deepEqual(preview, {
    messages: [{ role: "user", content: { type: "text", text: "Sales of May,  first. Write {{like}} this." } }],
  });
  const given = await send("POST", "/api/prompts/may-sales/copy", {
    prompt: "erp__sales",
    arguments: { period: "May" },
  });
  assert.match(JSON.stringify(given["content"]), /Sales of May, \{\{focus\}\}/);
  const none = await stand.rest("/api/prompts/x/copy", admin, { method: "POST", body: '{"prompt":"erp__none"}' });
  assert.deepEqual([none.status, none.code], [404, "unknown_prompt"]);
});

test("who may use a template is said by grants, profiles and the template's role, for every role", async () => {
  await send("POST", "/api/prompts/brief/publish", { version: 1 });
  const keys = new Map<string, Credentials>();
  for (const role of ["admin", "operator", "user", "viewer"]) {
    const grants = role === "user" || role === "viewer" ? ["prompts"] : [];
    keys.set(role, (await stand.key(role, ...grants)).headers);
  }
  const without = (await stand.key("user", "erp")).headers;
  const usedBy = async (): Promise<readonly string[]> => {
    const found: string[] = [];
    for (const [role, as] of keys) {
      const answer = JSON.stringify(await textsOf("prompts__brief", { week: "1" }, as));
      if (answer.includes("Write the brief of week 1")) found.push(role);
      else assert.match(answer, /Unknown prompt/);
    }
    return found;
  };
  const listedFor = async (): Promise<readonly string[]> => {
    const found: string[] = [];
    for (const [role, as] of keys) if ((await namesOf(as)).includes("prompts__brief")) found.push(role);
    return found;
  };
  await until(async () => (await usedBy()).length === 4, "all may use it");
  assert.deepEqual(await namesOf(without), ["erp__sales"]);
  for (const [role, expected] of [
    ["admin", ["admin"]],
    ["operator", ["admin", "operator"]],
    ["user", ["admin", "operator", "user"]],
    ["viewer", ["admin", "operator", "user", "viewer"]],
  ] as const) {
    await send("POST", "/api/prompts/brief/role", { role });
    // Who may use it is another at once; the list is read again a moment later.
    if (role === "admin") assert.deepEqual(await usedBy(), expected);
    await until(async () => (await listedFor()).length === expected.length, `from ${role} on`);
    assert.deepEqual([await usedBy(), await listedFor()], [expected, expected]);
  }
  await send("POST", "/api/prompts/brief/role", {});
});

test("a role holds with the first call after its change, and comes with the version that it is for", async () => {
  const user = (await stand.key("user", "prompts")).headers;
  const isFor = async (): Promise<boolean> =>
    JSON.stringify(await textsOf("prompts__guarded", {}, user)).includes("in confidence");
  const guarded = { messages: [{ role: "user", text: "in confidence" }] };
  const made = await send("PUT", "/api/prompts/guarded", { content: guarded, publish: true, role: "operator" });
  assert.deepEqual([made["status"], made["role"]], ["published", "operator"]);
  await offered("guarded", true);
  assert.equal(await isFor(), false);
  for (let turn = 0; turn < 5; turn += 1) {
    const opened = await send("PUT", "/api/prompts/guarded", { content: guarded, publish: true, role: null });
    assert.equal(opened["role"], undefined);
    await until(isFor, "the user may use it");
    await send("POST", "/api/prompts/guarded/role", { role: "admin" });
    assert.equal(await isFor(), false, "not once more");
  }
  assert.equal((await send("PUT", "/api/prompts/guarded", { content: guarded }))["role"], "admin");
  const wrong = await stand.rest("/api/prompts/guarded", admin, {
    method: "PUT",
    body: '{"content": {}, "role": "boss"}',
  });
  assert.equal(wrong.code, "invalid_params");
  await send("DELETE", "/api/prompts/guarded", {});
});

test("a template that is archived is gone for agents, and what was written survives the gateway", async () => {
  await send("POST", "/api/prompts/our-sales/publish", {});
  await offered("our-sales", true);
  await send("POST", "/api/prompts/brief/archive", {});
  await offered("brief", false);
  const { body } = await stand.rest("/api/prompts", admin);
  await stand.switchyard.close();
  stand = await accessStand(rig, { erp: erp() }, { dataDir });
  admin = bearer(stand.switchyard.localKey);
  const again = await stand.rest("/api/prompts", admin);
  assert.deepEqual(again.body["templates"], body["templates"]);
  assert.deepEqual(await namesOf(admin), ["erp__sales", "prompts__our-sales"]);
  const removed = await stand.rest("/api/prompts/brief", admin, { method: "DELETE" });
  assert.deepEqual(removed.body, { removed: "brief" });
  assert.equal((await stand.rest("/api/prompts/brief", admin)).code, "prompt_not_found");
});
