import writeXlsx, { type SheetData } from "write-excel-file/node";
import { fitting, sheetOf } from "../../shared/sheet.ts";
import type { Report, Section } from "./report.ts";

/**
 * A report as a workbook: the texts on the first sheet, each table on one of its own. Texts are cells of texts, so that none is a formula, whatever it
 * begins with. Charts are not drawn.
 */
export async function reportXlsx({ title, createdAt, sections }: Report): Promise<Uint8Array> {
  const texts: SheetData = [
    [{ value: title, fontWeight: "bold" }],
    [createdAt],
    ...sections.flatMap(({ heading, text }) => [
      ...(heading === undefined ? [] : [[{ value: fitting(heading), fontWeight: "bold" as const }]]),
      ...(text === undefined ? [] : [[fitting(text)]]),
    ]),
  ];
  const names = new Set<string>(["report"]);
  const sheets = sections.flatMap((section, at) =>
    section.table === undefined
      ? []
      : [{ sheet: sheetName(section, at, names), data: sheetOf(section.table), stickyRowsCount: 1 }],
  );
  return writeXlsx([{ sheet: "Report", data: texts }, ...sheets]).toBuffer();
}

/** At most 31 characters, none of `\/?*[]:`, and no other's, upper and lower case being one. */
function sheetName({ heading }: Section, at: number, taken: Set<string>): string {
  const plain = fitting(heading ?? "")
    .replaceAll(/[\\/?*[\]:']/g, " ")
    .trim()
    .slice(0, 25);
  const wished = plain === "" ? `Table ${at + 1}` : plain;
  const name = taken.has(wished.toLowerCase()) ? `${wished} ${at + 1}` : wished;
  taken.add(name.toLowerCase());
  return name;
}
