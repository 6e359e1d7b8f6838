import assert from "node:assert/strict";
import { test } from "node:test";
import { inflateRawSync } from "node:zlib";
import { forecast } from "../engine/forecast.ts";
import { parseModel } from "../model.ts";
import { reportOf } from "../report-data.ts";
import { reportWorkbook } from "./workbook.ts";

const model = parseModel([
  { name: "company.yaml", text: "name: A & <B>\nstart: 2026-01\nopening_cash: 1000.10\n" },
  {
    name: "e.yaml",
    text: '[{type: employee, name: \'=HYPERLINK("x")\', salary: 60000, start_date: 2026-01-01, end_date: 2027-01-31}, {type: facility, name: Ünder <"roof">, monthly_cost: 100.55, start_date: 2026-01-01}]',
  },
]);

/** The files of a zip archive, found by its central directory (APPNOTE 4.3.12): what is no such archive has none. */
function unzipped(archive: Buffer): ReadonlyMap<string, string> {
  const end = archive.lastIndexOf(Buffer.from("PK\u0005\u0006"));
  assert.ok(end > 0, "the archive has its end record");
  const files = new Map<string, string>();
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    assert.equal(archive.readUInt32LE(at), 0x02014b50);
    const [method, size] = [archive.readUInt16LE(at + 10), archive.readUInt32LE(at + 20)];
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => archive.readUInt16LE(at + offset));
    const local = archive.readUInt32LE(at + 42);
    const name = archive.toString("utf8", at + 46, at + 46 + (nameLength ?? 0));
    const from = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    const body = archive.subarray(from, from + size);
    files.set(name, (method === 8 ? inflateRawSync(body) : body).toString("utf8"));
    at += 46 + (nameLength ?? 0) + (extra ?? 0) + (comment ?? 0);
  }
  return files;
}

function plain(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");
}

interface Read {
  readonly value: number | string;
  /** Its number format; undefined for texts and plain numbers. */
  readonly format: string | undefined;
}

/** The cells of a workbook by sheet and address, as ECMA-376 part 1, 18.3.1.4 says how they are to be read. */
function cellsOf(archive: Buffer): ReadonlyMap<string, ReadonlyMap<string, Read>> {
  const files = unzipped(archive);
  const text = (name: string): string => files.get(name) ?? assert.fail(`there is no ${name}`);
  const strings = [...text("xl/sharedStrings.xml").matchAll(/<si><t[^>]*>([^<]*)<\/t><\/si>/g)].map(([, one = ""]) =>
    plain(one),
  );
  const styles = text("xl/styles.xml");
  const formats = new Map(
    [...styles.matchAll(/<numFmt numFmtId="(\d+)" formatCode="([^"]*)"/g)].map(([, id, code = ""]) => [
      id,
      plain(code),
    ]),
  );
  const [, cellFormats = ""] = /<cellXfs[^>]*>(.*)<\/cellXfs>/s.exec(styles) ?? [];
  const formatOfStyle = [...cellFormats.matchAll(/<xf([^>]*)>/g)].map(([, attributes = ""]) =>
    formats.get(/numFmtId="(\d+)"/.exec(attributes)?.[1]),
  );
  const targets = new Map(
    [...text("xl/_rels/workbook.xml.rels").matchAll(/<Relationship ([^>]*)\/>/g)].map(([, attributes = ""]) => [
      /Id="([^"]+)"/.exec(attributes)?.[1],
      /Target="([^"]+)"/.exec(attributes)?.[1],
    ]),
  );
  const sheets = [...text("xl/workbook.xml").matchAll(/<sheet r:id="([^"]+)"[^>]* name="([^"]+)"/g)];
  return new Map(
    sheets.map(([, id, name = ""]) => {
      const cells = [
        ...text(`xl/${targets.get(id) ?? ""}`).matchAll(/<c r="([A-Z]+\d+)"([^>]*)><v>([^<]*)<\/v><\/c>/g),
      ];
      return [
        plain(name),
        new Map(
          cells.map(([, address = "", attributes = "", value = ""]): [string, Read] => {
            const style = /\bs="(\d+)"/.exec(attributes)?.[1];
            const format = style === undefined ? undefined : formatOfStyle[Number(style)];
            const isText = attributes.includes('t="s"');
            return [address, { value: isText ? (strings[Number(value)] ?? "") : Number(value), format }];
          }),
        ),
      ];
    }),
  );
}

test("a report as a workbook has real numbers and dates in the sheets that it names, read back by another reader", async () => {
  const result = forecast(model, { months: 3 });
  const report = reportOf(result);
  const sheets = cellsOf(await reportWorkbook(model.company.name, report, result.view.entities));
  assert.deepEqual([...sheets.keys()], ["Forecast", "Key figures", "Health and alerts", "Entities"]);
  const periods = sheets.get("Forecast");
  const letters = [...(periods?.entries() ?? [])].filter(([address]) => /^[A-Z]+1$/.test(address));
  const cash = letters.find(([, { value }]) => value === "cash balance")?.[0].slice(0, -1) ?? "";
  assert.deepEqual(
    report.periods.map((row, at) => [periods?.get(`${cash}${at + 2}`)?.value, row.cash_balance]),
    report.periods.map((row) => [row.cash_balance, row.cash_balance]),
  );
  assert.equal(periods?.get(`${cash}2`)?.format, "#,##0.00;[Red]-#,##0.00");
  // 1 January 2026, in days since 30 December 1899 (18.17.4.1).
  assert.deepEqual(periods?.get("A2"), { value: 46_023, format: "yyyy-mm" });
});

test("a name that begins as a formula is a text in a workbook, and one with marks of XML is as it was", async () => {
  const result = forecast(model, { months: 3 });
  const archive = await reportWorkbook(model.company.name, reportOf(result), result.view.entities);
  const texts = new Set([...(cellsOf(archive).get("Entities")?.values() ?? [])].map(({ value }) => value));
  assert.ok(texts.has('=HYPERLINK("x")') && texts.has('Ünder <"roof">'));
  assert.ok([...unzipped(archive).values()].every((text) => !text.includes("<f>")));
});

test("quarters keep their names, and a figure without meaning is an empty cell with a note", async () => {
  const result = forecast(model, { months: 3 });
  const report = reportOf(result, "quarterly");
  const sheets = cellsOf(await reportWorkbook("A", report, []));
  assert.equal(sheets.get("Forecast")?.get("A2")?.value, "2026-Q1");
  const at = report.kpis.findIndex(({ value }) => value === undefined);
  assert.equal(sheets.get("Key figures")?.get(`B${at + 2}`), undefined);
  assert.equal(sheets.get("Key figures")?.get(`D${at + 2}`)?.value, report.kpis[at]?.note);
});
