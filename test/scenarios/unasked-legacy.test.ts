import assert from "node:assert/strict";
import { before, suite, test } from "node:test";
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import {
  LoggingMessageNotificationSchema,
  PromptListChangedNotificationSchema,
  ToolListChangedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { fixtures, startFixtures } from "../rig/fixtures.ts";
import { gatewayProgram } from "../rig/program.ts";
import { fileRig } from "../rig/rig.ts";
import { connectV1, disconnectV1 } from "../rig/sdk-v1.ts";
import { until } from "../rig/until.ts";
import { verifies } from "../requirements/verifies.ts";

/** What a client of the SDK v1 was sent without having asked for it in a request. */
class Ear implements AsyncDisposable {
  readonly client: Client;
  readonly logs: { level: string; text: unknown }[] = [];
  toolChanges = 0;
  promptChanges = 0;

  constructor(client: Client) {
    this.client = client;
    client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params: { level, data } }) => {
      this.logs.push({ level, text: data });
    });
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
      this.toolChanges += 1;
    });
    client.setNotificationHandler(PromptListChangedNotificationSchema, () => {
      this.promptChanges += 1;
    });
  }

  async toolNames(): Promise<string[]> {
    return (await this.client.listTools()).tools.map(({ name }) => name);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return disconnectV1(this.client);
  }
}

const rig = fileRig();
const ears = new Map<string, Ear>();

before(async () => {
  const upstreams = await startFixtures(rig);
  const { url } = await rig.gateway(upstreams);
  ears.set("HTTP", rig.use(new Ear(await connectV1({ kind: "http", url }))));
  ears.set("stdio", rig.use(new Ear(await connectV1(gatewayProgram(rig, upstreams)))));
});

for (const way of ["HTTP", "stdio"]) {
  for (const upstream of fixtures) {
    const ear = (): Ear => {
      const found = ears.get(way);
      assert.ok(found);
      return found;
    };
    const call = (name: string, args: Record<string, unknown>): Promise<unknown> =>
      ear().client.callTool({ name: `${upstream}__${name}`, arguments: args });

    suite(`SDK v1 over ${way} with the ${upstream} server`, () => {
      test("log messages of a call arrive once, from the level on that the session set", async () => {
        verifies("session.no-broadcast", "logging.set-level");
        const { client, logs } = ear();
        logs.length = 0;
        await client.setLoggingLevel("warning");
        await call("log", { level: "info", text: "too mild" });
        await call("log", { level: "warning", text: "just right" });
        await call("log", { level: "error", text: "worse" });
        await until(() => logs.length >= 2, "both messages have arrived");
        assert.deepEqual(logs, [
          { level: "warning", text: { text: "just right" } },
          { level: "error", text: { text: "worse" } },
        ]);
      });

      test("a session that sets a lower level is sent more", async () => {
        verifies("logging.level");
        const { client, logs } = ear();
        logs.length = 0;
        await client.setLoggingLevel("debug");
        await call(upstream.startsWith("legacy") ? "announce" : "log", { level: "debug", text: "mild" });
        await until(() => logs.length > 0, "the message has arrived");
        assert.deepEqual(logs, [{ level: "debug", text: { text: "mild" } }]);
      });

      test(
        "a log message outside of any call arrives once",
        { skip: upstream.startsWith("legacy") ? false : "only the SDK v1 sends log messages outside of calls" },
        async () => {
          const { client, logs } = ear();
          logs.length = 0;
          await client.setLoggingLevel("info");
          await call("announce", { level: "info", text: "hear, hear" });
          await call("log", { level: "info", text: "the end" });
          await until(() => logs.length >= 2, "both messages have arrived");
          assert.deepEqual(
            new Set(logs.map(({ text }) => text)),
            new Set([{ text: "hear, hear" }, { text: "the end" }]),
          );
          assert.equal(logs.length, 2);
        },
      );

      test("a change of the tools is told, and the list is then the new one", async () => {
        verifies("session.unrelated", "tools.list-changed");
        const { toolChanges, promptChanges } = ear();
        await call("extra_tool", { present: true });
        await until(() => ear().toolChanges > toolChanges, "the first change was told");
        assert.ok((await ear().toolNames()).includes(`${upstream}__extra`));
        const changesThen = ear().toolChanges;
        await call("extra_tool", { present: false });
        await until(() => ear().toolChanges > changesThen, "the second change was told");
        assert.equal((await ear().toolNames()).includes(`${upstream}__extra`), false);
        assert.equal(ear().promptChanges, promptChanges);
      });
    });
  }
}
