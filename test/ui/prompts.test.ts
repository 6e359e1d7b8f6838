import assert from "node:assert/strict";
import { after, test } from "node:test";
import { type JsonObject, isJsonObject, objectAt } from "../../src/core/json.ts";
import { openBrowser, openPage, ownFolder } from "../rig/browser.ts";
import { DashboardStand, everything } from "../rig/dashboard-stand.ts";
import { whyWithout } from "../rig/npm-servers.ts";
import { obstaclesOn } from "../rig/obstacles.ts";
import { rawModern } from "../rig/raw-client.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

/* The page Prompts in a real Chromium: a template from its first word to its use, and a server's prompt that is taken over. */

const opened = await openBrowser();
const rig = fileRig();
after(async () => {
  if ("browser" in opened) await opened.browser.close();
});

const skip = "missing" in opened ? opened.missing : whyWithout("everything");

function messagesIn(answer: JsonObject): string {
  return JSON.stringify(objectAt(answer, "result")?.["messages"] ?? answer["error"]);
}

test("a template is written, tried, offered, used, changed, compared and archived", { skip }, async (t) => {
  assert.ok("browser" in opened);
  const folder = await ownFolder();
  rig.defer(folder.remove);
  const stand = rig.use(new DashboardStand(folder.path, { mcpServers: { everything } }));
  await stand.start();
  await stand.reaches("everything", "ready");
  const { page, strays, complaints, close } = await openPage(opened.browser, stand.origin);
  t.after(close);
  const ask = rawModern(`${stand.origin}/mcp`);
  const used = async (args: JsonObject): Promise<string> =>
    messagesIn((await ask("prompts/get", { name: "prompts__brief", arguments: args })).answer);

  await page.goto("/prompts");
  await page.getByText("There is no template yet").waitFor();
  await page.getByRole("button", { name: "New template" }).click();
  await page.getByLabel("Name").fill("no name");
  await page.getByText("This cannot be a name").waitFor();
  await page.getByLabel("Name").fill("brief");
  await page.getByRole("button", { name: "Write it" }).click();

  await page.getByLabel("Title", { exact: true }).fill("Weekly brief");
  await page.getByLabel("Message 1", { exact: true }).fill("The brief of week {{week}}");
  await page.getByText("has a place for week, which is no argument").waitFor();
  await page.getByRole("button", { name: "Add an argument" }).click();
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("week");
  await page.getByLabel("Try week").fill("7");
  await page.getByLabel("Preview of message 1").getByText("The brief of week 7").waitFor();
  await page.getByRole("button", { name: "Save and publish" }).click();
  await page.getByText("Saved, and offered").waitFor();
  await page.getByRole("button", { name: "Close the message" }).waitFor();
  assert.deepEqual(await obstaclesOn(page), { violations: [], excess: 0 }, "what was done");
  await page.getByText("Version 1", { exact: true }).waitFor();
  await until(async () => (await used({ week: "8" })).includes("The brief of week 8"), "it is offered");
  await page.getByText(/^Used 1 time/).waitFor();

  await page.getByLabel("Message 1", { exact: true }).fill("Short: week {{week}}");
  await page.getByLabel("Note").fill("shorter");
  await page.getByRole("button", { name: "Save a draft" }).click();
  await page.getByText("version 1 is offered").waitFor();
  assert.match(await used({ week: "9" }), /The brief of week 9/);
  await page.getByRole("button", { name: "Compare" }).click();
  const compared = page.getByRole("group", { name: "From version 1 to version 2" });
  await compared.getByText("− The brief of week {{week}}").waitFor();
  await compared.getByText("+ Short: week {{week}}").waitFor();
  await page.getByRole("button", { name: "Publish", exact: true }).click();
  await until(async () => (await used({ week: "9" })).includes("Short: week 9"), "version 2 is offered");

  await stand.api("/api/prompts/brief", { content: { messages: [{ role: "user", text: "Other" }] } }, "PUT");
  await page.getByText("Version 3 is there, and this was begun from 2.").waitFor();
  await page.getByRole("button", { name: "Save a draft" }).click();
  await page.getByText("Somebody else changed the prompt template").waitFor();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await obstaclesOn(page), { violations: [], excess: 0 }, `a refusal, ${colorScheme}`);
  }
  // Without what was told meanwhile, which goes by itself.
  await page.reload();
  await page.getByRole("button", { name: "Compare" }).first().click();
  await page.getByRole("group", { name: "From version 2 to version 3" }).waitFor();
  assert.deepEqual(await obstaclesOn(page), { violations: [], excess: 0 });
  await page.getByRole("button", { name: "Archive" }).click();
  await until(async () => /Unknown prompt/.test(await used({ week: "9" })), "it is no longer offered");

  await page.getByRole("link", { name: "Prompts", exact: true }).click();
  await page.getByRole("row", { name: /brief/ }).getByText("archived").waitFor();
  await page.getByRole("button", { name: "Take over everything__args-prompt" }).click();
  await page.getByText(/Copied from everything\/args-prompt/).waitFor();
  await page.getByLabel("Try city").fill("Bern");
  await page.getByLabel("Preview of message 1").getByText(/Bern/).waitFor();
  const { templates } = await stand.api("/api/prompts");
  assert.ok(Array.isArray(templates));
  assert.deepEqual(
    templates.filter(isJsonObject).map(({ name, status }) => [name, status]),
    [
      ["args-prompt", "draft"],
      ["brief", "archived"],
    ],
  );
  assert.deepEqual([strays, complaints], [[], []]);
});
