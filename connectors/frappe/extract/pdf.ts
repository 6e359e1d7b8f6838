import { extractImages, getDocumentProxy } from "unpdf";
import { type FileContent, FileRefused, type FoundTable, type ReadBounds } from "./content.ts";

type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>;

/** Pixels of a picture: a page of A4 at 600 to the inch has 35 million. */
const mostPixels = 40_000_000;

/** Text and tables of a PDF, page by page. @throws {FileRefused} it is broken, or locked by a password. */
export async function pdfContent(bytes: Uint8Array, bounds: ReadBounds): Promise<FileContent> {
  const pdf = await opened(bytes);
  const totalPages = pdf.numPages;
  const read: (readonly Item[])[] = [];
  for (let page = 1; page <= Math.min(totalPages, bounds.maxPages); page += 1) read.push(await itemsOf(pdf, page));
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

/** Where a picture is in a PDF: its page from 1, and which it is there, from 0. */
export interface PicturePlace {
  readonly page: number;
  readonly at: number;
}

/** A picture, and where to look for the next; without a picture there is none any more. */
export interface FoundPicture {
  /** PNM. */
  readonly picture: Uint8Array | undefined;
  readonly next: PicturePlace;
}

/**
 * The first picture from a place on, of scanned pages the page itself: what can be read by OCR.
 *
 * @throws {FileRefused} the PDF is broken or locked, or the picture has too many pixels.
 */
export async function pdfPicture(bytes: Uint8Array, from: PicturePlace, maxPages: number): Promise<FoundPicture> {
  const pdf = await opened(bytes);
  let { page, at } = from;
  for (; page <= Math.min(pdf.numPages, maxPages); page += 1, at = 0) {
    const image = (await extractImages(pdf, page))[at];
    if (image === undefined) continue;
    const { width, height } = image;
    if (width * height <= mostPixels) return { picture: pnm(image), next: { page, at: at + 1 } };
    throw new FileRefused(
      `A picture on page ${page} has ${width} x ${height} pixels; at most ${mostPixels / 1_000_000} million are read. Have it scanned with fewer, or ask for the pages before by max_pages`,
    );
  }
  return { picture: undefined, next: { page, at: 0 } };
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

/** A piece of text as it stands on its page. */
interface Item {
  readonly str: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly fontSize: number;
}

/** The text of one page; the others are not read. */
async function itemsOf(pdf: Pdf, number: number): Promise<readonly Item[]> {
  const page = await pdf.getPage(number);
  const { items } = await page.getTextContent();
  page.cleanup();
  return items.flatMap((item) => {
    if (!("str" in item)) return [];
    const [, , c = 0, d = 0, x = 0, y = 0] = item.transform.map(Number);
    return [{ str: item.str, x, y, width: item.width, fontSize: Math.hypot(c, d) }];
  });
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
  return Buffer.concat([head, new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.length)]);
}
