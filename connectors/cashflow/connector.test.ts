import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { openConnector } from "switchyard/connector";
import { z } from "zod";
import { connector } from "./connector.ts";

const example = fileURLToPath(new URL("../../examples/cashflow/", import.meta.url));

test("docs/cashflow.md lists the tools, resources and prompts that there are, with what they say of themselves", async () => {
  const page = readFileSync(new URL("../../docs/cashflow.md", import.meta.url), "utf8");
  await using open = await openConnector(connector, { dir: example });
  const { tools = [], prompts = [] } = open.offer;
  const listed = [...page.matchAll(/^\| `([a-z_]+)` \| (.+) \|$/gm)].map(([, name, text]) => [name, text]);
  for (const { name, definition } of tools) {
    assert.ok(
      listed.some(([row, text]) => row === name && text === definition["description"]),
      `| \`${name}\` | ${String(definition["description"])} |`,
    );
  }
  for (const { name } of prompts) assert.ok(page.includes(`\`${name}\``), name);
});

test("every tool says what each of its arguments is for, and what it answers with", async () => {
  await using open = await openConnector(connector, { dir: example });
  for (const { definition } of open.offer.tools ?? []) {
    assert.ok(definition["outputSchema"] !== undefined && String(definition["description"]).length > 20);
  }
});

test("what tools cost a model's window is known: all of them together less than 60 KB of JSON", async () => {
  await using open = await openConnector(connector, { dir: example });
  const bytes = (open.offer.tools ?? []).reduce((all, { definition }) => all + JSON.stringify(definition).length, 0);
  assert.ok(bytes < 60_000, String(bytes));
});

test("the same seed gives the same answer, another one another", async () => {
  await using open = await openConnector(connector, { dir: example });
  const run = async (seed: number): Promise<string> =>
    JSON.stringify(await open.call("monte_carlo", { iterations: 300, months: 12, seed }));
  const first = await run(7);
  assert.equal(await run(7), first);
  assert.notEqual(await run(8), first);
});

test("a workbook comes as bytes under a name of its own, as long as is said", async () => {
  await using open = await openConnector(connector, { dir: example });
  const answer = z
    .object({
      structuredContent: z.object({ name: z.string(), bytes: z.int() }),
      content: z.array(z.object({ resource: z.object({ blob: z.base64(), mimeType: z.string() }).optional() })),
    })
    .parse(await open.call("report", { format: "xlsx", months: 6 }));
  const { name, bytes } = answer.structuredContent;
  const { blob = "", mimeType } = answer.content.find(({ resource }) => resource !== undefined)?.resource ?? {};
  assert.equal(name, "cash-flow-baseline-2026-01-2026-06.xlsx");
  assert.equal(mimeType, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
  assert.equal(Buffer.from(blob, "base64").length, bytes);
});

test("a folder that is not there is refused with the way out", async () => {
  await assert.rejects(openConnector(connector, { dir: "./nowhere" }, "/tmp"), {
    name: "ToolFailure",
    message: /\/tmp\/nowhere cannot be listed: ENOENT\. dir must be a folder with a company\.yaml\./,
  });
  await assert.rejects(openConnector(connector, {}), /dir: /);
});
