import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { inflateRawSync } from "node:zlib";
import type { Table } from "../../shared/table.ts";
import { rendered } from "./render.ts";
import type { Format, Report } from "./report.ts";
import { ReportStore } from "./store.ts";

/** Texts that would do something where they were not taken as texts. */
const hostile = [
  '<script>alert("x")</script>',
  '=HYPERLINK("http://evil")',
  "+1",
  "-1+1",
  "@SUM(A1)",
  "\tx",
  'a "b", c',
  "& ' \u0000",
];

const table: Table = {
  columns: [
    { name: "what", type: undefined },
    { name: "<b>n</b>", type: undefined },
  ],
  rows: hostile.map((text, at) => [text, at - 3]),
  truncated: "rows",
};

const report: Report = {
  title: "A <report> & more",
  createdAt: "2026-01-02T03:04:05.000Z",
  sections: [
    { heading: "Words [1]", text: "First.\n\nSecond </p>.", table: undefined, chart: undefined },
    { heading: "Words [1]", text: undefined, table, chart: { kind: "bar", x: "what", y: ["<b>n</b>"] } },
  ],
};

const write = async (given: Report, format: Format): Promise<string> =>
  Buffer.from(await rendered(given, format)).toString();

test("a page shows texts as they are, draws charts, has no script and loads nothing", async () => {
  for (const kind of ["bar", "line", "pie", "scatter"] as const) {
    const chart = { kind, x: kind === "scatter" ? "<b>n</b>" : "what", y: ["<b>n</b>"] };
    const page = await write({ ...report, sections: [{ heading: undefined, text: "One </p>", table, chart }] }, "html");
    assert.match(page, /<svg [^]*<path|<svg [^]*<circle/);
    assert.doesNotMatch(page, /<script|<b>|javascript:|\son[a-z]+=|<\/p> ?<\/p>|(?:href|src)="?(?:http|\/\/)/i);
    assert.match(page, /&#60;script&#62;alert\(&#34;x&#34;\)/);
    assert.match(page, /Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/);
    assert.match(page, /Only the first 8 rows/);
  }
});

test("a chart of a column that is not there is refused with those that are", async () => {
  const sections = [
    { heading: undefined, text: undefined, table, chart: { kind: "bar" as const, x: "who", y: ["what"] } },
  ];
  await assert.rejects(write({ ...report, sections }, "html"), {
    message: 'A chart needs the column "who"; there are what, <b>n</b>',
  });
});

test("CSV has no text that a spreadsheet takes for a formula, and numbers stay numbers", async () => {
  const lines = (await write(report, "csv")).split("\r\n");
  assert.deepEqual(lines.slice(0, 8), [
    "what,<b>n</b>",
    '"<script>alert(""x"")</script>",-3',
    '"\'=HYPERLINK(""http://evil"")",-2',
    "'+1,-1",
    "'-1+1,0",
    "'@SUM(A1),1",
    "'\tx,2",
    '"a ""b"", c",3',
  ]);
  const none = { ...report, sections: report.sections.slice(0, 1) };
  await assert.rejects(write(none, "csv"), { message: "CSV holds one table; there are 0. Leave one, or ask for xlsx" });
});

test("JSON has everything as it is", async () => {
  const { title, sections } = JSON.parse(await write(report, "json"));
  assert.deepEqual([title, sections[1].rows[1], sections[1].truncated], [report.title, [hostile[1], -2], "rows"]);
});

test("a workbook has a sheet for each table, and no cell with a formula", async () => {
  const twice = { ...report, sections: [...report.sections, ...report.sections.slice(1)] };
  const files = unzipped(Buffer.from(await rendered(twice, "xlsx")));
  const sheets = [...files].filter(([name]) => /worksheets\/sheet\d+\.xml$/.test(name));
  assert.equal(sheets.length, 3);
  for (const [, xml] of sheets) assert.ok(!/<f[ >]/.test(xml) && !xml.includes("\u0000"));
  const names = [...(files.get("xl/workbook.xml") ?? "").matchAll(/<sheet [^>]*name="([^"]*)"/g)].map(
    ([, name]) => name,
  );
  assert.deepEqual(names, ["Report", "Words  1", "Words  1 3"]);
  const all = [...files.values()].join("");
  assert.match(all, /=HYPERLINK\(/);
  assert.match(sheets[1]?.[1] ?? "", /<v>-2<\/v>/);
});

test("a report is kept for whom it was written, across a restart, and the oldest go when there are too many", async () => {
  const dir = await mkdtemp(join(tmpdir(), "switchyard-reports-"));
  try {
    const store = new ReportStore(join(dir, "reports"));
    const kept = await store.keep(
      { owner: "ada", title: "T", format: "csv", createdAt: "2026-01-01" },
      Buffer.from("a,b"),
    );
    for (const one of [store, new ReportStore(join(dir, "reports"))]) {
      assert.equal((await one.read(kept.id, "ada"))?.content.toString(), "a,b");
      assert.equal(await one.read(kept.id, "bob"), undefined);
      assert.equal(await one.read(kept.id, undefined), undefined);
      assert.equal(await one.read("../../etc/passwd", "ada"), undefined);
    }
    for (let at = 0; at < 200; at += 1) {
      await store.keep({ owner: "ada", title: "T", format: "csv", createdAt: `2026-02-${at}` }, Buffer.from("x"));
    }
    assert.equal(await store.read(kept.id, "ada"), undefined);
    assert.equal((await readdir(join(dir, "reports"))).length, 400);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

/** The files of a zip by name (PKWARE, APPNOTE 6.3, 4.3.12 central directory). */
function unzipped(zip: Buffer): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (
    let at = zip.indexOf("PK\u0001\u0002", 0, "latin1");
    at >= 0;
    at = zip.indexOf("PK\u0001\u0002", at + 4, "latin1")
  ) {
    const [method, size, nameLength, local] = [
      zip.readUInt16LE(at + 10),
      zip.readUInt32LE(at + 20),
      zip.readUInt16LE(at + 28),
      zip.readUInt32LE(at + 42),
    ];
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const content = zip.subarray(start, start + size);
    const name = zip.subarray(at + 46, at + 46 + nameLength).toString();
    files.set(name, (method === 0 ? content : inflateRawSync(content)).toString());
  }
  return files;
}
