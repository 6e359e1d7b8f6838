import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ToolListChangedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { openBrowser, ownFolder } from "../rig/browser.ts";
import { DashboardStand } from "../rig/dashboard-stand.ts";
import { visitsTo } from "../rig/dashboard-visits.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

/* What people switch on the pages of tools in a real Chromium, and what an agent that is connected meanwhile has of it. */

const opened = await openBrowser();
const rig = fileRig();
const skip = "missing" in opened ? opened.missing : false;

let stand: DashboardStand;

const connector = `
import { defineConnector, inGroup, tool } from "switchyard/connector";
import { z } from ${JSON.stringify(import.meta.resolve("zod"))};
const make = (name) => tool({ name, description: name, input: z.object({}), annotations: { readOnlyHint: true }, run: () => "done by " + name });
export default defineConnector({
  name: "small",
  config: z.object({}),
  setup: () => ({ tools: [...inGroup("core", [make("look")]), ...inGroup("charts", [make("bar"), make("line")])] }),
});`;

before(async () => {
  if (skip !== false) return;
  const folder = await ownFolder();
  rig.defer(folder.remove);
  writeFileSync(join(folder.path, "small.ts"), connector);
  stand = rig.use(
    new DashboardStand(folder.path, {
      mcpServers: { small: { connector: join(folder.path, "small.ts") } },
      auth: { apiKeys: true },
    }),
  );
  await stand.start();
});

after(async () => {
  if ("browser" in opened) await opened.browser.close();
});

const visit = visitsTo(rig, opened, "small");

/** An agent in a session of its own. */
interface Agent {
  readonly tools: () => Promise<readonly string[]>;
  /** The text that a tool answers; what the gateway says where there is none. */
  readonly call: (name: string) => Promise<string>;
  /** How often it was told that its tools are others. */
  readonly told: () => number;
}

/** Connects an agent with a key of its own, once the tools are there. */
async function connectAgent(name: string, role: string): Promise<Agent> {
  const { text } = await stand.makeKey(name, role, role === "user" ? ["small"] : []);
  const client = new Client({ name, version: "1" });
  let told = 0;
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
    told += 1;
  });
  const requestInit = { headers: { authorization: `Bearer ${text}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(`${stand.origin}/mcp`), { requestInit }));
  rig.defer(() => client.close());
  const agent: Agent = {
    tools: async () => (await client.listTools()).tools.map((tool) => tool.name).toSorted(),
    call: (tool) => client.callTool({ name: tool, arguments: {} }).then((answer) => JSON.stringify(answer), String),
    told: () => told,
  };
  await until(async () => (await agent.tools()).length === 3, `${name} has all tools`);
  return agent;
}

const all = ["small__bar", "small__line", "small__look"];

test(
  "a group that is switched off on the page is gone for an agent at once, and back when it is on",
  { skip },
  async () => {
    const agent = await connectAgent("reader", "user");
    const page = await visit(stand, "/tools", { role: "operator" });
    const group = page.getByRole("group", { name: "Groups of small" });
    const charts = group.getByRole("switch", { name: "charts (2 tools)" });
    await charts.waitFor();
    assert.equal(await charts.isChecked(), true);
    assert.equal(await group.getByRole("switch", { name: "core (1 tool)" }).isDisabled(), true);

    const first = agent.told();
    await charts.click({ force: true });
    await page.getByText("charts of small is off").waitFor();
    await until(() => agent.told() > first, "the agent is told");
    assert.deepEqual(await agent.tools(), ["small__look"]);
    assert.match(await agent.call("small__bar"), /Unknown tool/);
    assert.match(await agent.call("small__look"), /done by look/);
    await page.getByRole("link", { name: "small__bar" }).waitFor({ state: "detached" });
    assert.equal(await charts.isChecked(), false);

    const between = agent.told();
    await charts.click({ force: true });
    await page.getByText("charts of small is on").waitFor();
    await until(() => agent.told() > between, "the agent is told again");
    assert.deepEqual(await agent.tools(), all);
    assert.match(await agent.call("small__bar"), /done by bar/);
    await page.getByRole("link", { name: "small__bar" }).waitFor();
  },
);

test("whoever may not know of groups sees the tools without any", { skip }, async () => {
  const page = await visit(stand, "/tools", { role: "user" });
  await page.getByRole("link", { name: "small__bar" }).waitFor();
  assert.equal(await page.getByRole("switch").count(), 0);
  assert.equal(await page.getByText("Groups of tools").count(), 0);
});

test("a tool is for a role and above from the moment it is chosen on its page", { skip }, async () => {
  const [user, operator] = [await connectAgent("a user", "user"), await connectAgent("an operator", "operator")];
  const page = await visit(stand, "/tools/small__line");
  const choice = page.getByRole("combobox", { name: "From which role on it may be used" });
  const choose = async (role: string): Promise<void> => {
    await choice.click();
    await page.getByRole("option", { name: role, exact: true }).click();
    await page.getByText("It holds from now on").waitFor();
    await page.getByRole("button", { name: "Close the message" }).click();
  };
  assert.equal(await choice.inputValue(), "every role");
  const first = user.told();
  await choose("operator");
  await until(() => user.told() > first, "the user's agent is told");
  assert.deepEqual(await user.tools(), ["small__bar", "small__look"]);
  assert.match(await user.call("small__line"), /Unknown tool/);
  assert.deepEqual(await operator.tools(), all);
  assert.match(await operator.call("small__line"), /done by line/);
  assert.equal(await choice.inputValue(), "operator");

  const watched = await visit(stand, "/tools/small__line", { role: "operator" });
  await watched.getByText("for operator and above").waitFor();
  assert.equal(await watched.getByRole("combobox", { name: "From which role on it may be used" }).count(), 0);

  await choose("every role");
  await until(async () => (await user.tools()).length === 3, "the user's agent has it back");
  assert.match(await user.call("small__line"), /done by line/);
});
