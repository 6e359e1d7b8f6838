import { extractImages, extractTextItems, getDocumentProxy } from "unpdf";
import { type FileContent, FileRefused, type FoundTable, type ReadBounds } from "./content.ts";

type Item = Awaited<ReturnType<typeof extractTextItems>>["items"][number][number];

/** Text and tables of a PDF, page by page. @throws {FileRefused} it is broken, or locked by a password. */
export async function pdfContent(bytes: Uint8Array, bounds: ReadBounds): Promise<FileContent> {
  const pdf = await opened(bytes);
  const { totalPages, items } = await extractTextItems(pdf);
  const read = items.slice(0, bounds.maxPages);
  const lines = read.map(linesOf);
  const full = lines.map((page) => page.map((line) => line.map(({ text }) => text).join(" ")).join("\n")).join("\n\n");
  return {
    text: full.slice(0, bounds.maxCharacters),
    pages: totalPages,
    readPages: read.length,
    tables: lines.flatMap((page, at) => tablesOf(page, `page ${at + 1}`)),
    isCut: read.length < totalPages || full.length > bounds.maxCharacters,
  };
}

/** The pictures of a PDF's pages as PNM, of scanned ones the pages themselves: what can be read by OCR. */
export async function pdfImages(bytes: Uint8Array, maxPages: number): Promise<readonly Uint8Array[]> {
  const pdf = await opened(bytes);
  const found: Uint8Array[] = [];
  for (let page = 1; page <= Math.min(pdf.numPages, maxPages); page += 1) {
    for (const image of await extractImages(pdf, page)) found.push(pnm(image));
  }
  return found;
}

async function opened(bytes: Uint8Array) {
  try {
    return await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0 });
  } catch (thrown) {
    const what = thrown instanceof Error ? thrown.message : String(thrown);
    throw new FileRefused(
      /password/i.test(what)
        ? "The PDF is locked by a password; have somebody store it without one"
        : `The PDF cannot be read: ${what}`,
    );
  }
}

interface Piece {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** Pieces of text by line, each line from left to right: what stands apart by more than two letters is apart. */
function linesOf(items: readonly Item[]): readonly (readonly Piece[])[] {
  const lines: { readonly y: number; readonly items: Item[] }[] = [];
  for (const item of items) {
    if (item.str.trim() === "") continue;
    const line = lines.find(({ y }) => Math.abs(y - item.y) < (item.fontSize || 10) / 2);
    if (line === undefined) lines.push({ y: item.y, items: [item] });
    else line.items.push(item);
  }
  return lines.toSorted((a, b) => b.y - a.y).map((line) => piecesOf(line.items));
}

function piecesOf(items: readonly Item[]): readonly Piece[] {
  const pieces: Piece[] = [];
  for (const { str, x, width, fontSize } of items.toSorted((a, b) => a.x - b.x)) {
    const last = pieces.at(-1);
    const letter = (fontSize || 10) / 2;
    if (last === undefined || x - last.to > 2 * letter) pieces.push({ text: str.trim(), from: x, to: x + width });
    else pieces[pieces.length - 1] = { text: joined(last, str, x, letter), from: last.from, to: x + width };
  }
  return pieces;
}

function joined({ text, to }: Piece, next: string, x: number, letter: number): string {
  const isApart = x - to > letter / 4 && !/^\s/.test(next) && !/\s$/.test(text);
  return `${text}${isApart ? " " : ""}${next}`.trimEnd();
}

/** At least two lines after one another with the same number of pieces, two or more, are a table. */
function tablesOf(lines: readonly (readonly Piece[])[], place: string): readonly FoundTable[] {
  const tables: FoundTable[] = [];
  let rows: string[][] = [];
  for (const line of [...lines, []]) {
    if (rows[0] !== undefined && rows[0].length !== line.length) {
      if (rows.length > 1) tables.push({ place, rows });
      rows = [];
    }
    if (line.length > 1) rows.push(line.map(({ text }) => text));
  }
  return tables;
}

/** As netpbm has it: P5 for one channel, P6 for three; of four the last, transparency, is left out. */
function pnm({ data, width, height, channels }: Awaited<ReturnType<typeof extractImages>>[number]): Uint8Array {
  const head = new TextEncoder().encode(`${channels === 1 ? "P5" : "P6"}\n${width} ${height}\n255\n`);
  const pixels = channels === 4 ? data.filter((_, at) => at % 4 !== 3) : data;
  return Buffer.concat([head, Uint8Array.from(pixels)]);
}
