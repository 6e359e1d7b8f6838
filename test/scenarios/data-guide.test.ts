import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { isJsonObject } from "../../src/core/json.ts";
import { operationIn } from "../../src/jobs/given-operation.ts";
import { shopFolder } from "../rig/data-stand.ts";
import { blocksOf, stepsOf } from "../rig/page.ts";
import { inPlace } from "../rig/person.ts";
import { fileRig } from "../rig/rig.ts";

const rig = fileRig();
const guide = readFileSync(new URL("../../docs/queries.md", import.meta.url), "utf8");

test("every command that the guide to queries shows prints what the guide shows", async () => {
  const [config = ""] = blocksOf(guide, "jsonc");
  const steps = blocksOf(guide, "console").flatMap(stepsOf);
  assert.ok(steps.length >= 4);
  const folder = await shopFolder(rig);
  await inPlace(
    async ({ config: file, project, write, run }) => {
      await write(file, config);
      await write(join(project, "visits", "web.csv"), readFileSync(join(folder, "visits.csv"), "utf8"));
      await cp(join(folder, "shop.db"), join(project, "shop.db"));
      for (const step of steps) {
        const { stdout, stderr } = await run(...step.args);
        assert.equal(stdout + stderr, step.output, step.args.join(" "));
      }
    },
    { CRM_URL: "postgres://nobody@127.0.0.1:1/none" },
  );
});

test("operations that the guide to queries shows can be read", () => {
  const operations = blocksOf(guide, "json").flatMap((block): unknown => JSON.parse(block));
  const tools = operations.filter(isJsonObject).map((operation, at) => operationIn(operation, at + 1).tool);
  assert.deepEqual(tools, ["data__query", "data__analyze", "data__report"]);
});
