import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { ToolListChangedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { objectAt } from "../../src/core/json.ts";
import { clients } from "../rig/clients.ts";
import { type Downstream, codeOf } from "../rig/downstream.ts";
import { addresses } from "../rig/fixture.ts";
import { fixtures, startFixtures } from "../rig/fixtures.ts";
import { type Front, fileRig } from "../rig/rig.ts";
import { connectV1, disconnectV1 } from "../rig/sdk-v1.ts";
import { connectV2 } from "../rig/sdk-v2.ts";
import { until } from "../rig/until.ts";
import { verifies } from "../requirements/verifies.ts";

const rig = fileRig();
let front: Front;

before(async () => {
  front = await rig.gateway(await startFixtures(rig));
});

const addressOf = (upstream: string): string => `${front.url}/u/${upstream}`;

for (const kind of clients) {
  for (const upstream of fixtures) {
    suite(`${kind.title} at the address of the ${upstream} server alone`, () => {
      let downstream: Downstream;

      before(async () => {
        downstream = await kind.connect({ kind: "http", url: addressOf(upstream) });
      });

      after(() => downstream[Symbol.asyncDispose]());

      test("tools and prompts have the names that the server gave them, and are called by them", async () => {
        const tools = new Set((await downstream.tools()).map(({ name }) => name));
        assert.ok(tools.has("echo"));
        assert.ok([...tools].every((name) => !String(name).includes("__")));
        const { content } = await downstream.call("echo", { message: "plain" });
        assert.deepEqual(content, [{ type: "text", text: "plain" }]);
        assert.deepEqual(
          (await downstream.prompts()).map(({ name }) => name),
          ["greet"],
        );
        const { messages } = await downstream.prompt("greet", { tone: "casual", name: "Bo" });
        assert.deepEqual(messages, [{ role: "user", content: { type: "text", text: "Greet Bo in a casual tone." } }]);
        const found = await downstream.complete({ type: "ref/prompt", name: "greet" }, { name: "name", value: "M" });
        assert.deepEqual(objectAt(found, "completion")?.["values"], ["Madam"]);
      });

      test("the other servers' tools and resources are not there", async () => {
        const listed = await downstream.resources();
        assert.ok(listed.length > 0);
        assert.ok(listed.every(({ uri }) => String(uri).startsWith(`fixture://${upstream}/`)));
        await assert.rejects(downstream.call(`${upstream}__echo`, {}), (thrown) => codeOf(thrown) === -32602);
        const elsewhere = fixtures.find((other) => other !== upstream) ?? "";
        await assert.rejects(downstream.read(addresses(elsewhere).text));
      });
    });
  }
}

test("instructions are those of the one server, and those of all under their names", async () => {
  verifies("discover.instructions");
  const one = await connectV1({ kind: "http", url: addressOf("modern-stdio") });
  assert.equal(one.getInstructions(), "How to use modern-stdio.");
  await disconnectV1(one);
  const all = await connectV2({ kind: "http", url: front.url });
  const expected = fixtures.map((name) => `# ${name}\n\nHow to use ${name}.`).join("\n\n");
  assert.equal(all.getInstructions(), expected);
  await all.close();
});

test("a session belongs to the address at which it began", async () => {
  const { sessionId, client } = await begun(addressOf("legacy-http"));
  const elsewhere = await fetch(addressOf("legacy-stdio"), {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-session-id": sessionId,
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" }),
  });
  assert.equal(elsewhere.status, 404);
  await elsewhere.body?.cancel();
  await disconnectV1(client);
});

test("an address of no upstream is not found", async () => {
  const place = { kind: "http", url: addressOf("nobody") } as const;
  await assert.rejects(connectV1(place), /There is nothing at \/mcp\/u\/nobody/);
  await assert.rejects(connectV2(place));
});

test("who listens at the address of one server is not told of changes of another", async () => {
  verifies("listen.requested-only");
  const { client } = await begun(addressOf("legacy-stdio"));
  let told = 0;
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
    told += 1;
  });
  const everywhere = await connectV1({ kind: "http", url: front.url });
  let toldEverywhere = 0;
  everywhere.setNotificationHandler(ToolListChangedNotificationSchema, () => {
    toldEverywhere += 1;
  });
  for (const [index, name] of ["modern-stdio", "legacy-stdio"].entries()) {
    await everywhere.callTool({ name: `${name}__extra_tool`, arguments: { present: true } });
    await until(() => toldEverywhere > index, `the change of ${name} was told to who listens to all`);
  }
  await until(() => told > 0, "the change of the server itself was told");
  assert.equal(told, 1);
  for (const name of ["modern-stdio", "legacy-stdio"]) {
    await everywhere.callTool({ name: `${name}__extra_tool`, arguments: { present: false } });
  }
  await disconnectV1(client);
  await disconnectV1(everywhere);
});

async function begun(url: string): Promise<{ client: Awaited<ReturnType<typeof connectV1>>; sessionId: string }> {
  const client = await connectV1({ kind: "http", url });
  const sessionId = client.transport?.sessionId;
  assert.ok(sessionId !== undefined);
  return { client, sessionId };
}
