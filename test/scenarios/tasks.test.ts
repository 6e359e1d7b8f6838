import assert from "node:assert/strict";
import { before, suite, test } from "node:test";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import {
  CallToolResultSchema,
  ElicitRequestSchema,
  type Task,
  TaskStatusNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { type JsonObject, objectAt } from "../../src/core/json.ts";
import { startFixture } from "../conformance/fixture-upstream.ts";
import type { Place } from "../rig/downstream.ts";
import { everythingOver } from "../rig/everything.ts";
import { scriptOf, whyWithout } from "../rig/npm-servers.ts";
import { gatewayProgram } from "../rig/program.ts";
import { type RawClient, rawModern } from "../rig/raw-client.ts";
import { httpUpstream, scriptUpstream, fileRig } from "../rig/rig.ts";
import { disconnectV1, transportTo } from "../rig/sdk-v1.ts";
import { until } from "../rig/until.ts";

/* Tasks of both generations with other people's clients and servers, over HTTP and stdio. */

const rig = fileRig();
const hasEverything = whyWithout("everything") === false;
const places = new Map<string, Place>();
let modern: RawClient;

before(async () => {
  const fixtures = [
    httpUpstream("old", rig.use(await startFixture("legacy")).url),
    httpUpstream("new", rig.use(await startFixture("modern")).url),
  ];
  const everything = hasEverything
    ? [
        scriptUpstream("child", scriptOf("everything")),
        httpUpstream("distant", rig.use(await everythingOver("streamableHttp")).url),
      ]
    : [];
  const { url } = await rig.gateway([...fixtures, ...everything]);
  places.set("HTTP", { kind: "http", url });
  places.set("stdio", gatewayProgram(rig, fixtures));
  modern = rawModern(url);
});

interface Connected extends AsyncDisposable {
  readonly client: Client;
  /** Messages of what it was asked. */
  readonly asked: string[];
  readonly told: Task[];
}

/** A client of the SDK v1 that can be asked, and says yes. */
async function connect(over: string): Promise<Connected> {
  const client = new Client({ name: "tasks", version: "1" }, { capabilities: { elicitation: {} } });
  const asked: string[] = [];
  const told: Task[] = [];
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
    asked.push(params.message);
    const { _meta: meta } = params;
    assert.match(String(meta?.["io.modelcontextprotocol/related-task"]?.taskId), /__/);
    return { action: "accept", content: { confirm: true, name: "Ada", interpretation: "technical" } };
  });
  client.setNotificationHandler(TaskStatusNotificationSchema, ({ params }) => {
    told.push(params);
  });
  await client.connect(transportTo(places.get(over) ?? assert.fail(over)));
  await until(async () => {
    const names = (await client.listTools()).tools.map(({ name }) => name);
    return ["old__", "new__"].every((prefix) => names.some((name) => name.startsWith(prefix)));
  }, "the gateway has connected to both fixtures");
  return { client, asked, told, [Symbol.asyncDispose]: () => disconnectV1(client) };
}

/** Calls a tool as a task and follows it as the SDK does; what came of it, with every state on the way. */
async function streamed(client: Client, name: string, args: JsonObject) {
  const states: Task[] = [];
  const stream = client.experimental.tasks.callToolStream({ name, arguments: args }, CallToolResultSchema, {
    task: { ttl: 60_000 },
  });
  for await (const message of stream) {
    if (message.type === "taskCreated" || message.type === "taskStatus") states.push(message.task);
    else if (message.type === "result") return { text: textOf(message.result), states };
    else throw message.error;
  }
  return assert.fail("the stream ended without a result");
}

function textOf(result: unknown): unknown {
  const [content] = CallToolResultSchema.parse(result).content;
  return content?.type === "text" ? content.text : content;
}

for (const over of ["HTTP", "stdio"]) {
  suite(`SDK v1 over ${over}`, () => {
    for (const upstream of ["old", "new"]) {
      test(`calls a tool of the fixture "${upstream}" as a task, and is told when it has ended`, async () => {
        await using connected = await connect(over);
        const { client, told } = connected;
        const { text, states } = await streamed(client, `${upstream}__slow_compute`, { seconds: 0.2, label: "x" });
        assert.equal(text, 'Computed "x".');
        const taskId = states[0]?.taskId ?? "";
        assert.match(taskId, new RegExp(`^${upstream}__`));
        assert.deepEqual([states[0]?.status, states.at(-1)?.status], ["working", "completed"]);
        await until(() => told.some((task) => task.taskId === taskId && task.status === "completed"), "it was told");
        const { tasks } = await client.experimental.tasks.listTasks();
        assert.deepEqual(
          tasks.map((task) => [task.taskId, task.status]),
          [[taskId, "completed"]],
        );
      });

      test(`is asked what a task of "${upstream}" needs to know`, async () => {
        await using connected = await connect(over);
        const { client, asked } = connected;
        const { text } = await streamed(client, `${upstream}__confirm_delete`, { filename: "f" });
        assert.deepEqual([text, asked], ["Deleted.", ['Delete "f"?']]);
      });

      test(`cancels a task of "${upstream}"`, async () => {
        await using connected = await connect(over);
        const { tasks } = connected.client.experimental;
        const stream = tasks.callToolStream(
          { name: `${upstream}__slow_compute`, arguments: { seconds: 60 } },
          CallToolResultSchema,
          { task: { ttl: 60_000 } },
        );
        const { value } = await stream.next();
        assert.ok(value?.type === "taskCreated");
        const { taskId } = value.task;
        assert.equal((await tasks.cancelTask(taskId)).status, "cancelled");
        assert.equal((await tasks.getTask(taskId)).status, "cancelled");
        await assert.rejects(tasks.cancelTask(taskId), { code: -32602 });
      });

      test(`calls a tool of "${upstream}" that can only be a task like any other`, async () => {
        await using connected = await connect(over);
        const result = await connected.client.callTool({ name: `${upstream}__failing_job`, arguments: {} });
        assert.deepEqual([textOf(result), result["isError"]], ["This job always fails.", true]);
      });
    }
  });
}

for (const upstream of ["child", "distant"]) {
  test(
    `server-everything "${upstream}" does its research with a question in between`,
    {
      skip: whyWithout("everything"),
    },
    async () => {
      await using connected = await connect("HTTP");
      const { client, asked } = connected;
      const args = { topic: "gateways", ambiguous: true };
      const { text, states } = await streamed(client, `${upstream}__simulate-research-query`, args);
      assert.match(String(text), /^# Research Report: gateways \(technical\)/);
      assert.equal(asked.length, 1);
      assert.match(states.at(-1)?.taskId ?? "", new RegExp(`^${upstream}__`));
    },
  );
}

test("a session does not see the tasks of another", async () => {
  await using one = await connect("HTTP");
  await using other = await connect("HTTP");
  const { states } = await streamed(one.client, "old__slow_compute", { seconds: 0 });
  const taskId = states[0]?.taskId ?? "";
  await assert.rejects(other.client.experimental.tasks.getTask(taskId), { code: -32602 });
  assert.deepEqual((await other.client.experimental.tasks.listTasks()).tasks, []);
  assert.equal((await one.client.experimental.tasks.listTasks()).tasks.length, 1);
});

const capabilities = { elicitation: {}, extensions: { "io.modelcontextprotocol/tasks": {} } };

async function ask(method: string, params: JsonObject): Promise<JsonObject> {
  const { answer } = await modern(method, params, capabilities);
  return objectAt(answer, "result") ?? assert.fail(JSON.stringify(answer));
}

for (const upstream of ["old", "new"]) {
  test(`a modern client gets a task of "${upstream}", is asked, and finds the result in it`, async () => {
    const created = await ask("tools/call", { name: `${upstream}__confirm_delete`, arguments: { filename: "f" } });
    assert.equal(created["resultType"], "task");
    const { taskId } = created;
    assert.match(String(taskId), new RegExp(`^${upstream}__`));
    let state = await ask("tasks/get", { taskId });
    await until(async () => {
      state = await ask("tasks/get", { taskId });
      return state["status"] === "input_required";
    }, "something is asked");
    const [key = ""] = Object.keys(objectAt(state, "inputRequests") ?? {});
    const inputResponses = { [key]: { action: "accept", content: { confirm: true } } };
    assert.equal((await ask("tasks/update", { taskId, inputResponses }))["resultType"], "complete");
    await until(async () => {
      state = await ask("tasks/get", { taskId });
      return state["status"] === "completed";
    }, "the task has ended");
    assert.deepEqual(objectAt(state, "result")?.["content"], [{ type: "text", text: "Deleted." }]);
  });
}

/** What a subscription sends, message by message, until it is left. */
async function* listened(filter: JsonObject): AsyncGenerator<JsonObject> {
  const place = places.get("HTTP");
  assert.ok(place?.kind === "http");
  const meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": capabilities,
  };
  const method = "subscriptions/listen";
  const leaving = new AbortController();
  const { body } = await fetch(place.url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": method,
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: { notifications: filter, _meta: meta } }),
    signal: leaving.signal,
  });
  let text = "";
  try {
    for await (const piece of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += piece;
      const events = text.split("\n\n");
      text = events.pop() ?? "";
      for (const event of events) {
        const data = /^data: (.*)$/m.exec(event)?.[1];
        if (data !== undefined) yield JSON.parse(data);
      }
    }
  } finally {
    leaving.abort();
  }
}

test("who listens for tasks of servers of both generations is told when they end, with what came of them", async () => {
  const ids: string[] = [];
  for (const upstream of ["old", "new"]) {
    const { taskId } = await ask("tools/call", { name: `${upstream}__slow_compute`, arguments: { seconds: 0.3 } });
    ids.push(String(taskId));
  }
  const ended = new Set<unknown>();
  for await (const { method, params } of listened({ taskIds: [...ids, "new__nobody's"] })) {
    const said = objectAt({ params }, "params") ?? {};
    if (method === "notifications/subscriptions/acknowledged") {
      assert.deepEqual(objectAt(said, "notifications"), { taskIds: ids });
    }
    if (method !== "notifications/tasks" || said["status"] !== "completed") continue;
    assert.match(JSON.stringify(said["result"]), /Computed/);
    ended.add(said["taskId"]);
    if (ended.size === ids.length) break;
  }
  assert.deepEqual(ended, new Set(ids));
});
