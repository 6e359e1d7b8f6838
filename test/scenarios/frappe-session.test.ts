import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { seedSample } from "../../connectors/frappe/simulator/seed-sample.ts";
import { startSimulator } from "../../connectors/frappe/simulator/start.ts";
import { type JsonObject, isJsonObject } from "../../src/core/json.ts";
import { type UpstreamOptions, upstreamDefaults } from "../../src/upstream/options.ts";
import { type Answer, configured } from "../rig/frappe-stand.ts";
import { type Front, Rig, fileRig } from "../rig/rig.ts";
import { sdkV1 } from "../rig/sdk-v1.ts";
import { sdkV2 } from "../rig/sdk-v2.ts";
import { until } from "../rig/until.ts";

fileRig();

const doctype = "Sales Invoice";

/** A gateway that keeps answers for long, in front of a site with the sample company, whose books Ada keeps. */
async function booksOf(rig: Rig, version: 14 | 15): Promise<Front> {
  const dataDir = await mkdtemp(join(tmpdir(), "switchyard-books-"));
  rig.defer(() => rm(dataDir, { recursive: true, force: true }));
  const site = rig.use(await startSimulator({ version, seed: seedSample }));
  const config = { url: site.url, credential: configured(site, "accounts@example.com") };
  const target = { kind: "connector", connector: "frappe", folder: ".", config } as const;
  const upstream: UpstreamOptions = { ...upstreamDefaults, name: "books", target };
  // What was kept before must not be seen after: so everything is kept that may be.
  const policies = { upstreams: { books: { cache: { ttl: 600_000 } } } };
  return rig.gateway([upstream], { policies, dataDir });
}

/** The tool calls on record, the first first: which, and how they ended. */
async function recorded({ server }: Front): Promise<readonly string[]> {
  const response = await fetch(`${server.origin}/api/calls?kind=call&limit=200`);
  const body: unknown = await response.json();
  const rows = isJsonObject(body) && Array.isArray(body["rows"]) ? body["rows"].filter(isJsonObject) : [];
  return rows
    .toSorted((one, another) => Number(one["seq"]) - Number(another["seq"]))
    .map((row) => `${String(row["tool"])} ${String(row["outcome"])}`);
}

for (const [kind, version] of [
  [sdkV2, 15],
  [sdkV1, 14],
] as const) {
  test(`by ${kind.title}, on a site of version ${version}, an agent finds overdue invoices, charts them, corrects one, and the ledger follows`, async () => {
    await using rig = new Rig();
    const front = await booksOf(rig, version);
    await using downstream = await kind.connect({ kind: "http", url: front.url });
    // Both SDKs hold structured answers to the schemas of the tools that they have listed.
    await downstream.tools();
    const made: string[] = [];
    const ask = async (tool: string, args: JsonObject): Promise<Answer> => {
      const result = await downstream.call(`books__${tool}`, args);
      made.push(tool);
      assert.notEqual(result["isError"], true, `${tool}: ${JSON.stringify(result["content"])}`);
      return result["structuredContent"];
    };
    const today = new Date().toISOString().slice(0, 10);
    const overdue = {
      doctype,
      fields: ["name", "customer", "outstanding_amount"],
      filters: [
        ["docstatus", "=", 1],
        ["outstanding_amount", ">", 0],
        ["due_date", "<", today],
      ],
      order_by: "due_date asc",
    };
    const owed = async (): Promise<readonly (readonly [string, number])[]> => {
      const { data, total_count: total } = await ask("list_documents", overdue);
      assert.equal(total, data.length);
      return data.map((row: Answer) => [row.name, row.outstanding_amount]);
    };
    const ledger = async (name: string) => {
      const { data } = await ask("list_documents", {
        doctype: "GL Entry",
        fields: ["account", "debit", "credit", "is_cancelled"],
        filters: { voucher_type: doctype, voucher_no: name },
      });
      const sum = (side: string): number => data.reduce((all: number, entry: Answer) => all + Number(entry[side]), 0);
      assert.equal(sum("debit") - sum("credit"), 0, "both sides are equal");
      return {
        entries: data.length,
        debit: sum("debit"),
        standing: data.filter((entry: Answer) => entry.is_cancelled === 0).length,
      };
    };

    const first = await owed();
    assert.deepEqual(
      first.map(([, amount]) => amount),
      [11_400, 2850, 950, 4750, 7600],
    );
    const drawn = await ask("chart_business_data", {
      ...overdue,
      chart_type: "bar",
      x: "customer",
      y: ["outstanding_amount"],
      aggregate: "sum",
    });
    assert.deepEqual(drawn.option.series[0].data, [16_150, 950, 2850, 7600]);

    const [, , [name] = [""]] = first;
    const { data: doc } = await ask("get_document", { doctype, name });
    assert.deepEqual(await ledger(name), { entries: 2, debit: 950, standing: 2 });
    const refused = await downstream.call("books__update_document", { doctype, name, data: { remarks: "new" } });
    made.push("update_document");
    assert.match(JSON.stringify(refused), /is submitted: remarks cannot be changed any more.*cancel_document/);

    assert.equal((await ask("cancel_document", { doctype, name })).state, "cancelled");
    assert.deepEqual(await ledger(name), { entries: 4, debit: 1900, standing: 0 });
    const amended = await ask("amend_document", { doctype, name });
    assert.deepEqual([amended.name, amended.state, amended.data.amended_from], [`${name}-1`, "draft", name]);
    const corrected = await ask("update_document", {
      doctype,
      name: amended.name,
      data: { items: [{ name: amended.data.items[0].name, qty: 2 }] },
      modified: amended.modified,
    });
    assert.deepEqual([corrected.data.grand_total, corrected.data.items.length], [1900, 1]);
    assert.deepEqual(await ledger(amended.name), { entries: 0, debit: 0, standing: 0 });
    const submitted = await ask("submit_document", { doctype, name: amended.name, modified: corrected.modified });
    assert.deepEqual(
      [submitted.state, submitted.data.status, submitted.data.outstanding_amount],
      ["submitted", "Overdue", 1900],
    );
    assert.deepEqual(await ledger(amended.name), { entries: 2, debit: 1900, standing: 2 });
    assert.deepEqual(
      (await owed()).filter(([each]) => each.startsWith(name)),
      [[amended.name, 1900]],
      "the list follows, although it was kept",
    );

    const report = {
      report_name: "General Ledger",
      filters: { company: doc.company, from_date: "2000-01-01", to_date: today },
    };
    const { columns, data: lines } = await ask("generate_report", report);
    const at = (column: string): number => columns.findIndex((each: Answer) => each.name === column);
    const ofOurs = lines.filter((line: readonly unknown[]) => String(line[at("voucher_no")]).startsWith(name));
    assert.deepEqual(
      ofOurs.map((line: readonly unknown[]) => [line[at("voucher_no")], line[at("debit")], line[at("credit")]]),
      [
        [amended.name, 1900, 0],
        [amended.name, 0, 1900],
      ],
      "what was cancelled counts no more",
    );

    await ask("cancel_document", { doctype, name: amended.name });
    assert.deepEqual(await ledger(amended.name), { entries: 4, debit: 3800, standing: 0 });
    const again = await ask("amend_document", { doctype, name: amended.name, changes: { remarks: "Third" } });
    assert.deepEqual(
      [again.name, again.data.amended_from, again.data.remarks, again.data.grand_total],
      [`${name}-2`, amended.name, "Third", 1900],
    );

    const outcomes = made.map(
      (tool, at_) => `${tool} ${at_ === made.indexOf("update_document") ? "tool_error" : "ok"}`,
    );
    await until(async () => (await recorded(front)).length === made.length, "every call is on record");
    assert.deepEqual(await recorded(front), outcomes);
  });
}
