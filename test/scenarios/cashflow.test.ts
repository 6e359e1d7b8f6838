import assert from "node:assert/strict";
import { copyFile, mkdir, readFile, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type JsonObject, isJsonObject, objectAt } from "../../src/core/json.ts";
import { cashflowStand, companyFolder } from "../rig/cashflow-stand.ts";
import { clients } from "../rig/clients.ts";
import type { Downstream } from "../rig/downstream.ts";
import { inPlace } from "../rig/person.ts";
import { Rig, fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";

fileRig();

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A question to each tool that only reads, and what its text must say. */
const questions: readonly (readonly [tool: string, args: JsonObject, text: RegExp])[] = [
  ["forecast", { months: 12 }, /final cash 492,375\.73 EUR/],
  ["forecast", { months: 24, aggregation: "yearly", columns: ["accrued_revenue"] }, /^ +2027 +1,198,200$/m],
  ["explain_month", { month: "2026-06", column: "financing" }, /250,000\.00 +investment:seed-second-closing/],
  ["kpis", { names: ["lowest_cash"] }, /lowest_cash +301,254\.22 EUR/],
  ["health_score", { on: "2026-07-01" }, /Health 90 of 100: good/],
  ["scenarios_list", {}, /no_second_closing +cash_preservation/],
  ["compare_scenarios", { scenarios: ["baseline", "growth"] }, /final_cash +550,779\.91 +707,384\.79 +growth/],
  [
    "sensitivity",
    { lever: { entity_type: "sale", field: "amount" }, min: 0.5, max: 1, steps: 3 },
    /1\.0000 +550,779\.91/,
  ],
  ["tornado", { levers: [{ entity_type: "facility", field: "monthly_cost" }] }, /facility\.monthly_cost/],
  [
    "grid",
    {
      row: { lever: { entity_type: "employee", field: "salary" }, values: [1, 1.1] },
      column: { lever: { assumption: "collection_delay_days" }, values: [0, 30] },
    },
    /1\.0000 +550,779\.91/,
  ],
  ["goal_seek", { lever: { assumption: "opening_cash" }, target: 0, min: -1e6, max: 1e6 }, /With the lever at -130,7/],
  ["break_even", { lever: { entity_type: "employee", field: "salary" } }, /lowest_cash is \d\.\d\d/],
  ["monte_carlo", { iterations: 500, chart: true }, /500 cases with seed 1/],
  ["cap_table", { as_of: "2026-07-01" }, /2,337,500 shares issued/],
  ["exit_waterfall", { proceeds: 750_000, as_of: "2026-07-01" }, /Tidewater Ventures/],
  ["funding_round", { amount: 1e6, pre_money: 2e6, as_of: "2026-07-01" }, /Seed is protected/],
  ["entities_list", { type: "sale", limit: 2 }, /3 more: ask again with offset 2/],
  ["entity_get", { id: "employee:tomas-vidal" }, /salary: 69000/],
  ["entity_schema", { type: "sale" }, /"payment_terms_days"/],
  ["entity_validate", {}, /^Valid\.$/],
  ["report", { format: "html", months: 12 }, /final cash 492,375\.73 EUR/],
];

function contents(result: JsonObject): readonly JsonObject[] {
  return Array.isArray(result["content"]) ? result["content"].filter(isJsonObject) : [];
}

function textOf(result: JsonObject): string {
  return String(contents(result)[0]?.["text"]);
}

suite("the cash flow of the sample company, through the gateway", () => {
  for (const kind of clients) {
    test(`every tool that reads answers ${kind.title} with a text, and with structure as it promised`, async () => {
      await using rig = new Rig();
      const { url } = await cashflowStand(rig);
      await using downstream = await kind.connect({ kind: "http", url });
      // Both SDKs check structured results against the output schemas of the tools that they have listed.
      const tools = await downstream.tools();
      const readers = tools.filter(
        ({ annotations }) => isJsonObject(annotations) && annotations["readOnlyHint"] === true,
      );
      assert.deepEqual(
        new Set(readers.map(({ name }) => name)),
        new Set(questions.map(([name]) => `cashflow__${name}`)),
        "there is a question to each",
      );
      for (const { outputSchema, name } of tools) assert.ok(isJsonObject(outputSchema), String(name));
      for (const [name, args, text] of questions) {
        const result = await downstream.call(`cashflow__${name}`, args);
        assert.match(textOf(result), text);
        assert.notEqual(result["isError"], true);
        assert.ok(isJsonObject(result["structuredContent"]), name);
      }
    });

    test(`files, findings and prompts are there for ${kind.title}`, async () => {
      await using rig = new Rig();
      const { url, folder } = await cashflowStand(rig);
      await using downstream = await kind.connect({ kind: "http", url });
      const uris = (await downstream.resources()).map(({ uri }) => String(uri));
      assert.equal(uris.length, 9);
      const read = async (uri: string): Promise<unknown> => {
        const { contents: held } = await downstream.read(uri);
        return Array.isArray(held) && isJsonObject(held[0]) ? held[0]["text"] : undefined;
      };
      const team = await readFile(join(folder, "entities", "team.yaml"), "utf8");
      assert.equal(await read("cashflow://borealis/files/entities/team.yaml"), team);
      assert.equal(await read("cashflow://borealis/findings"), "Nothing is wrong.\n");
      const names = (await downstream.prompts()).map(({ name }) => String(name).replace("cashflow__", ""));
      assert.deepEqual(names.toSorted(), ["plan_hire", "prepare_board_report", "review_runway"]);
      const { messages } = await downstream.prompt("cashflow__review_runway", { scenario: "late_payers" });
      assert.match(JSON.stringify(messages), /late_payers/);
    });

    test(
      `a simulation tells ${kind.title} how far it is, and ends when it is cancelled`,
      { skip: kind.lacks.progress ?? kind.lacks.cancel ?? false },
      async () => {
        await using rig = new Rig();
        const { url } = await cashflowStand(rig);
        await using downstream = await kind.connect({ kind: "http", url });
        const told: number[] = [];
        const onProgress = ({ progress }: { readonly progress: number }): void => void told.push(progress);
        await downstream.call("cashflow__monte_carlo", { iterations: 2000 }, { onProgress });
        assert.ok(told.length > 2 && told.at(-1) === 2000, String(told));
        const stopping = new AbortController();
        let isHeard = false;
        const long = downstream.call(
          "cashflow__monte_carlo",
          { iterations: 100_000, months: 120 },
          {
            signal: stopping.signal,
            onProgress: () => {
              isHeard = true;
              stopping.abort(new Error("no longer wanted"));
            },
          },
        );
        await assert.rejects(long, /no longer wanted|abort/i);
        assert.ok(isHeard);
        // Its threads have ended, which the rig checks; another call is served.
        assert.match(textOf(await downstream.call("cashflow__scenarios_list", {})), /Borealis/);
      },
    );
  }
});

async function withOne(run: (downstream: Downstream, folder: string) => Promise<void>): Promise<void> {
  await using rig = new Rig();
  const { url, folder } = await cashflowStand(rig);
  const [kind] = clients;
  assert.ok(kind);
  await using downstream = await kind.connect({ kind: "http", url });
  await run(downstream, folder);
}

function meanRevenue(result: JsonObject): unknown {
  const metrics = objectAt(objectAt(result, "structuredContent") ?? {}, "metrics") ?? {};
  return objectAt(metrics, "total_revenue")?.["mean"];
}

/** What is wrong with one file, as the text of entity_validate says it. */
const badFiles: readonly (readonly [what: string, yaml: string, said: RegExp])[] = [
  ["bad YAML", "type: [\n", /bad\.yaml:\d+:\d+ error yaml_syntax/],
  ["a wrong type", "{type: sale, name: X, start_date: 2026-01-01, amount: lots}\n", /wrong_type: amount is "lots"/],
  ["an impossible date", "{type: sale, name: X, start_date: 2026-02-30, amount: 1}\n", /date_impossible/],
  [
    "an unknown reference",
    "{type: project, name: P, start_date: 2026-01-01, end_date: 2026-02-01, total_budget: 5, team_members: [Nobody]}\n",
    /reference_unknown/,
  ],
  ["an anchor that holds itself", "&a {type: sale, name: X, start_date: 2026-01-01, amount: 1, x: *a}\n", /yaml_alias/],
];

suite("what is wrong in the files", () => {
  for (const [what, yaml, said] of badFiles) {
    test(`${what} is told with its line, and is over when it is mended`, async () => {
      await withOne(async (downstream, folder) => {
        const file = join(folder, "entities", "bad.yaml");
        await writeFile(file, yaml);
        const text = async (tool: string): Promise<string> => textOf(await downstream.call(`cashflow__${tool}`, {}));
        await until(async () => said.test(await text("entity_validate")), "it is told");
        const refused = await downstream.call("cashflow__forecast", {});
        assert.equal(refused["isError"], true);
        assert.match(textOf(refused), said);
        assert.match(textOf(refused), /entity_validate names everything that is wrong/);
        await rm(file);
        await until(async () => (await text("entity_validate")) === "Valid.", "it is mended");
        assert.match(await text("forecast"), /550,779\.91/);
      });
    });
  }

  test("scenarios that extend each other in a circle are told", async () => {
    await withOne(async (downstream, folder) => {
      await writeFile(join(folder, "scenarios", "a.yaml"), "name: a\nextends: b\n---\nname: b\nextends: a\n");
      await until(async () => {
        const text = textOf(await downstream.call("cashflow__entity_validate", {}));
        return text.includes("reference_cycle") && text.includes("a → b → a");
      }, "the circle is told");
    });
  });

  test("a file of 50 MB and a link out of the folder are refused unread", async () => {
    await withOne(async (downstream, folder) => {
      await writeFile(join(folder, "huge.yaml"), "");
      await truncate(join(folder, "huge.yaml"), 50 * 1024 * 1024);
      await writeFile(join(folder, "..", "secret.yaml"), "secret: 1\n");
      await symlink(join(folder, "..", "secret.yaml"), join(folder, "linked.yaml"));
      await until(async () => {
        const text = textOf(await downstream.call("cashflow__entity_validate", {}));
        return /huge\.yaml.* file_size.*52428800/.test(text) && /linked\.yaml.* file_outside/.test(text);
      }, "both are told");
      const readsLinked = downstream.read.bind(downstream, "cashflow://borealis/files/linked.yaml");
      // It is a resource once the gateway has read the list of them anew.
      await until(
        async () => !/There is no resource/.test(await readsLinked().then(JSON.stringify, String)),
        "it is listed",
      );
      await assert.rejects(readsLinked(), /leads out of the folder/);
    });
  });

  test("a file that is deleted during a run changes the next answer, not this one", async () => {
    await withOne(async (downstream, folder) => {
      const args = { iterations: 20_000, months: 60 };
      let gone: Promise<void> | undefined;
      const onProgress = (): void => {
        gone ??= rm(join(folder, "entities", "revenue.yaml"));
      };
      const first = meanRevenue(await downstream.call("cashflow__monte_carlo", args, { onProgress }));
      assert.ok(Number(first) > 0 && gone !== undefined);
      await gone;
      const revenue = async (): Promise<unknown> => meanRevenue(await downstream.call("cashflow__monte_carlo", args));
      await until(async () => (await revenue()) === 0, "nothing is earned");
    });
  });

  test("questions that make no sense are refused with the way out", async () => {
    await withOne(async (downstream) => {
      const refused = async (tool: string, args: JsonObject, said: RegExp): Promise<void> => {
        const answer = await downstream.call(`cashflow__${tool}`, args).catch((thrown: unknown) => String(thrown));
        assert.match(typeof answer === "string" ? answer : textOf(answer), said);
      };
      await refused("forecast", { scenario: "grwth" }, /There is no scenario "grwth"\. Did you mean growth\?/);
      await refused("forecast", { months: 0 }, /months/);
      await refused("explain_month", { month: "2031-01" }, /not in the forecast from 2026-01 to 2027-12/);
      await refused("explain_month", { month: "2026-13" }, /month/);
      await refused("sensitivity", { lever: { field: "salary" }, min: 0, max: 1 }, /say whose field/);
      await refused("goal_seek", { lever: { entity_type: "sale", field: "amount" }, target: 1e9 }, /Widen the range/);
      await refused("cap_table", { as_of: "2026-02-30" }, /is no day/);
      await refused("entity_get", { id: "employee:nobody" }, /entities_list knows the ids/);
      await refused("compare_scenarios", { scenarios: ["growth", "growth"] }, /2 to 5 different scenarios/);
    });
  });
});

suite("entities are changed by tools", () => {
  test("one is made, changed, read and deleted; each answer is of the files as they then are", async () => {
    await withOne(async (downstream, folder) => {
      const call = (tool: string, args: JsonObject): Promise<JsonObject> => downstream.call(`cashflow__${tool}`, args);
      const cash = async (): Promise<number> =>
        Number(/final cash ([\d,]+)/.exec(textOf(await call("forecast", {})))?.[1]?.replaceAll(",", ""));
      const before = await cash();
      const fields = { salary: 60_000, start_date: "2026-07-01", overhead_multiplier: 1.28 };
      const wanted = { type: "employee", name: "Ada Lovelace", fields };
      assert.match(textOf(await call("entity_validate", wanted)), /^Valid\./);
      assert.equal(await cash(), before, "checking writes nothing");
      assert.match(textOf(await call("entity_save", wanted)), /employee:ada-lovelace created/);
      const after = await cash();
      assert.ok(after < before - 100_000, `${before} to ${after}`);
      await call("entity_save", { ...wanted, fields: { salary: 30_000, overhead_multiplier: null } });
      assert.ok((await cash()) > after);
      assert.match(textOf(await call("entity_get", { id: "employee:ada-lovelace" })), /salary: 30000/);
      assert.match(textOf(await call("entity_delete", { id: "employee:ada-lovelace" })), /deleted/);
      assert.equal(await cash(), before);
      const wrong = await call("entity_save", { ...wanted, fields: { salary: -1 } });
      assert.equal(wrong["isError"], true);
      assert.match(textOf(wrong), /Nothing was written[\s\S]*money_range[\s\S]*entity_schema says/);
      const same = await readFile(join(folder, "entities", "team.yaml"), "utf8");
      assert.equal(same, await readFile(join(root, "examples", "cashflow", "entities", "team.yaml"), "utf8"));
    });
  });
});

suite("by its name", () => {
  for (const kind of clients) {
    test(`the command serves it alone on stdio to ${kind.title}`, async () => {
      await using rig = new Rig();
      const folder = await companyFolder(rig);
      const args = [join(root, "src", "cli", "main.js"), "connector", "cashflow", "--dir", folder];
      await using downstream = await kind.connect({ kind: "stdio", command: process.execPath, args });
      assert.match(textOf(await downstream.call("forecast", { months: 12 })), /492,375\.73/);
    });
  }

  test("the configuration runs it, also in a process of its own; its folder is meant from the file's", async () => {
    await inPlace(async ({ run, write, config, project }) => {
      const entry = { connector: "cashflow", config: { dir: "model" } };
      await write(
        config,
        JSON.stringify({
          mcpServers: { here: entry, apart: { ...entry, isolate: true }, nowhere: { ...entry, config: { dir: "no" } } },
        }),
      );
      await mkdir(join(project, "model"));
      for (const file of ["company.yaml", "entities/revenue.yaml"]) {
        await copyFile(join(root, "examples", "cashflow", file), join(project, "model", file.replace("entities/", "")));
      }
      const here = await run("call", "here/forecast", "--args", '{"months":6}');
      assert.match(here.stdout, /Borealis Instruments, scenario baseline, 2026-01 to 2026-06/);
      const apart = await run("call", "apart/monte_carlo", "--args", '{"iterations":3000,"months":6}');
      assert.match(apart.stdout, /3,000 cases with seed 1/);
      const nowhere = await run("call", "nowhere/forecast");
      assert.match(nowhere.stderr, /no cannot be listed: ENOENT\. dir must be a folder with a company\.yaml/);
      const flag = await run("connector", "cashflow", "--folder", "x");
      assert.match(flag.stderr, /There is no option --folder; there are --dir/);
    });
  });
});
