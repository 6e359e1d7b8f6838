import assert from "node:assert/strict";
import { before, suite, test } from "node:test";
import type { Client } from "@modelcontextprotocol/client";
import { fixtures, startFixtures } from "../rig/fixtures.ts";
import { gatewayProgram } from "../rig/program.ts";
import { fileRig } from "../rig/rig.ts";
import { connectV2 } from "../rig/sdk-v2.ts";
import { until } from "../rig/until.ts";
import { verifies } from "../requirements/verifies.ts";

/** What a client of the SDK v2 was sent besides results. */
class Ear implements AsyncDisposable {
  readonly client: Client;
  readonly logs: { level: string; text: unknown }[] = [];
  toolChanges = 0;
  promptChanges = 0;

  constructor(client: Client) {
    this.client = client;
    client.setNotificationHandler("notifications/message", ({ params: { level, data } }) => {
      this.logs.push({ level, text: data });
    });
    client.setNotificationHandler("notifications/tools/list_changed", () => {
      this.toolChanges += 1;
    });
    client.setNotificationHandler("notifications/prompts/list_changed", () => {
      this.promptChanges += 1;
    });
  }

  async toolNames(): Promise<string[]> {
    return (await this.client.listTools()).tools.map(({ name }) => name);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.client.close();
  }
}

const rig = fileRig();
const ears = new Map<string, Ear>();

before(async () => {
  const upstreams = await startFixtures(rig);
  const { url } = await rig.gateway(upstreams);
  ears.set("HTTP", rig.use(new Ear(await connectV2({ kind: "http", url }))));
  ears.set("stdio", rig.use(new Ear(await connectV2(gatewayProgram(rig, upstreams)))));
});

for (const way of ["HTTP", "stdio"]) {
  for (const upstream of fixtures) {
    const ear = (): Ear => {
      const found = ears.get(way);
      assert.ok(found);
      return found;
    };
    const call = (name: string, args: Record<string, unknown>, logLevel?: string): Promise<unknown> =>
      ear().client.callTool({
        name: `${upstream}__${name}`,
        arguments: args,
        ...(logLevel === undefined ? {} : { _meta: { "io.modelcontextprotocol/logLevel": logLevel } }),
      });

    suite(`SDK v2 over ${way} with the ${upstream} server`, () => {
      test("log messages arrive once, for calls that ask for them, from the level on that they ask for", async () => {
        verifies("logging.asked-for", "logging.level");
        const { logs } = ear();
        logs.length = 0;
        await call("log", { level: "error", text: "nobody asked" });
        await call("log", { level: "info", text: "too mild" }, "warning");
        await call("log", { level: "warning", text: "just right" }, "warning");
        await call("log", { level: "debug", text: "mild" }, "debug");
        await until(() => logs.length >= 2, "both messages have arrived");
        assert.deepEqual(logs, [
          { level: "warning", text: { text: "just right" } },
          { level: "debug", text: { text: "mild" } },
        ]);
      });

      test("a change of the tools is told to who listens, and the list is then the new one", async () => {
        verifies("tools.list-changed");
        const { toolChanges, promptChanges, client } = ear();
        const subscription = await client.listen({ toolsListChanged: true });
        assert.deepEqual(subscription.honoredFilter, { toolsListChanged: true });
        await call("extra_tool", { present: true });
        await until(() => ear().toolChanges > toolChanges, "the first change was told");
        // On a busy machine a change of another kind may be told first.
        await until(async () => (await ear().toolNames()).includes(`${upstream}__extra`), "the list is the new one");
        const changesThen = ear().toolChanges;
        await call("extra_tool", { present: false });
        await until(() => ear().toolChanges > changesThen, "the second change was told");
        await until(async () => !(await ear().toolNames()).includes(`${upstream}__extra`), "it is the old one again");
        assert.equal(ear().promptChanges, promptChanges);
        await subscription.close();
      });
    });
  }
}
