import { isUtf8 } from "node:buffer";
import { serviceStates } from "../monitoring.ts";
import type { RowForm, RowText } from "../row-text.ts";
import { serviceShape, shownService } from "../tools/live-shapes.ts";
import { isoTime } from "../tools/problem-shape.ts";
import { type Table, mapRows } from "./cells.ts";
import type { Kind } from "./kinds.ts";
import { type Names, compareBytes, orderOf } from "./name-order.ts";
import { PlaceList } from "./place-list.ts";
import { RowCells } from "./row-cells.ts";
import { serviceColumns, serviceRow } from "./rows.ts";
import { TextWriter } from "./text-writer.ts";

/*
 * Of a hundred thousand services that are only passed on, the texts are taken from the site's answer as they stand there: to read them all into
 * objects, and to write these, costs several times as much. What an answer has that is not as usual sends it the other way, which reads all of
 * Livestatus' dialects; both say the same, which a test holds them to.
 */

/** A service as text, and where its names stand: in `keys`, without quotes. */
export interface ServiceText extends RowText {
  readonly keys: Buffer;
  readonly hostFrom: number;
  readonly hostTo: number;
  readonly nameFrom: number;
  readonly nameTo: number;
}

/** The names of what a row of a table has, in their order. */
export const serviceMembers: readonly string[] = Object.keys(serviceShape.shape);

/** What services of one answer after another are put together in: memory that is used again. */
export class Sheet {
  readonly texts = new TextWriter();
  /** Where each row ends. */
  readonly ends = new PlaceList();
  readonly names = new PlaceList();
}

/** Texts take little, and a site looks at all of its services for each question. */
const textsAtOnce = 10_000;

/** Services that are read as texts of this form. */
export function serviceTextKind(form: RowForm, sheet: Sheet): Kind<ServiceText> {
  return {
    table: "services",
    host: "host_name",
    columns: serviceColumns,
    atOnce: textsAtOnce,
    make: (site, raw) => taken(site, raw, form, sheet) ?? built(site, raw, form),
    placeOf: ({ keys, hostFrom, hostTo, nameFrom, nameTo }) => ({
      host: keys.toString("utf8", hostFrom, hostTo),
      description: keys.toString("utf8", nameFrom, nameTo),
    }),
    compare: (a, b) =>
      compareBytes(a.keys, a.hostFrom, a.hostTo, b.keys, b.hostFrom, b.hostTo) ||
      compareBytes(a.keys, a.nameFrom, a.nameTo, b.keys, b.nameFrom, b.nameTo),
  };
}

/** By way of values. */
function built(site: string, { columns, rows }: Table, form: RowForm): ServiceText[] {
  return mapRows(columns, rows, (read) => serviceRow(site, read)).map((row) => {
    const shown = shownService(row);
    const text = Buffer.from(JSON.stringify(form === "objects" ? shown : Object.values(shown)));
    const [host, name] = [Buffer.from(row.host), Buffer.from(row.description)];
    return {
      text,
      from: 0,
      to: text.length,
      keys: Buffer.concat([host, name]),
      hostFrom: 0,
      hostTo: host.length,
      nameFrom: host.length,
      nameTo: host.length + name.length,
    };
  });
}

/** From the text of the answer, in order and in one text; undefined where that is not as usual. */
function taken(site: string, { columns, body }: Table, form: RowForm, sheet: Sheet): ServiceText[] | undefined {
  if (body === undefined) return undefined;
  const isWhole = columns.length === serviceColumns.length && serviceColumns.every((name, at) => columns[at] === name);
  if (!isWhole || !isUtf8(body)) return undefined;
  const cells = new RowCells(body, serviceColumns.length);
  const pieces = piecesOf(site, form);
  const bytes = pieces.reduce((sum, { length }) => sum + length, wordBytes);
  const { texts, ends, names } = sheet;
  texts.begin(body.length);
  ends.clear();
  names.clear();
  while (cells.next()) {
    if (!isName(cells, hostAt, body) || !isName(cells, nameAt, body)) return undefined;
    texts.need(bytes + (cells.to[cells.to.length - 1] ?? 0) - (cells.from[0] ?? 0));
    if (!writeRow(cells, body, pieces, texts)) return undefined;
    ends.add(texts.at);
    for (const at of namesAt) {
      names.add(cells.from[at] ?? 0);
      names.add(cells.to[at] ?? 0);
    }
    texts.put(comma);
    cells.passed();
  }
  if (cells.state !== "whole") return undefined;
  return rowsOf(texts.text.subarray(0, texts.at), ends, { text: body, places: names }, pieces);
}

/** The rows in the order of their names, in a text of their own. Before the values of their names, which come first, stand the same pieces in each. */
function rowsOf(
  written: Buffer,
  ends: PlaceList,
  names: Names,
  [beforeHost, beforeName]: readonly Buffer[],
): ServiceText[] {
  const text = Buffer.allocUnsafeSlow(written.length);
  const order = orderOf(names);
  if (order === undefined) written.copy(text);
  const rows: ServiceText[] = [];
  let from = 0;
  for (let number = 0; number < ends.length; number += 1) {
    const row = order?.[number] ?? number;
    const [start, end] = [row === 0 ? 0 : ends.at(row - 1) + comma.length, ends.at(row)];
    // With the comma behind it.
    if (order !== undefined) written.copy(text, from, start, end + comma.length);
    const to = from + end - start;
    // Without their quotes.
    const hostFrom = from + (beforeHost?.length ?? 0) + 1;
    const hostTo = hostFrom + lengthAt(names, row, 0);
    const nameFrom = hostTo + 1 + (beforeName?.length ?? 0) + 1;
    rows.push({ text, from, to, keys: text, hostFrom, hostTo, nameFrom, nameTo: nameFrom + lengthAt(names, row, 2) });
    from = to + comma.length;
  }
  return rows;
}

/** How long a name is, without its quotes. */
function lengthAt({ places }: Names, row: number, which: 0 | 2): number {
  const at = 4 * row + which;
  return places.at(at + 1) - places.at(at) - 2;
}

/** What a row's values take at the most beyond what they took in the answer: two moments, a state, a kind of state and two flags, as words. */
const wordBytes = 200;

/** Writes one value as it is told; false where what stands in the column is not as usual. */
type WriteCell = (cells: RowCells, body: Buffer, writer: TextWriter) => boolean;

function place(column: (typeof serviceColumns)[number]): number {
  return serviceColumns.indexOf(column);
}

const hostAt = place("host_name");
const nameAt = place("description");
const namesAt = [hostAt, nameAt] as const;
const stateAt = place("state");
const isCheckedAt = place("has_been_checked");
const quote = 0x22;
const comma = Buffer.from(",");
const emptyText = Buffer.from('""');
const nothing = Buffer.from("null");
const zero = Buffer.from("0");

/** What is told of a service, in order, and from what it is written; the site is known before. */
const written: readonly (readonly [member: string, write: WriteCell | undefined])[] = [
  ["host_name", textIn("host_name")],
  ["service_name", textIn("description")],
  ["state", writeState],
  ["site", undefined],
  ["state_type", writeStateType],
  ["plugin_output", textIn("plugin_output")],
  ["performance_data", textIn("perf_data")],
  ["last_check", momentIn("last_check")],
  ["last_state_change", momentIn("last_state_change")],
  ["current_attempt", numberIn("current_attempt")],
  ["max_check_attempts", numberIn("max_check_attempts")],
  ["acknowledged", flagIn("acknowledged")],
  ["in_downtime", flagIn("scheduled_downtime_depth")],
];

/** What stands before each value that is taken from the answer, and behind the last. */
function piecesOf(site: string, form: RowForm): readonly Buffer[] {
  const isObject = form === "objects";
  const pieces: Buffer[] = [];
  let before = isObject ? "{" : "[";
  for (const [number, [member, write]] of written.entries()) {
    before += `${number === 0 ? "" : ","}${isObject ? `${JSON.stringify(member)}:` : ""}`;
    if (write === undefined) before += JSON.stringify(site);
    else {
      pieces.push(Buffer.from(before));
      before = "";
    }
  }
  return [...pieces, Buffer.from(isObject ? "}" : "]")];
}

const writers = written.flatMap(([, write]) => write ?? []);

function writeRow(cells: RowCells, body: Buffer, pieces: readonly Buffer[], writer: TextWriter): boolean {
  for (let number = 0; number < writers.length; number += 1) {
    const [piece, write] = [pieces[number], writers[number]];
    if (piece === undefined || write === undefined) return false;
    writer.put(piece);
    if (!write(cells, body, writer)) return false;
  }
  const last = pieces.at(-1);
  if (last !== undefined) writer.put(last);
  return true;
}

/** Whether a name stands there as its own bytes, by which names are ordered. */
function isName({ from, isEscaped }: RowCells, column: number, body: Buffer): boolean {
  return body[from[column] ?? 0] === quote && isEscaped[column] === 0;
}

function textIn(column: (typeof serviceColumns)[number]): WriteCell {
  const at = place(column);
  return ({ from, to }, body, writer) => {
    const start = from[at] ?? 0;
    if (body[start] === quote) writer.put(body, start, to[at]);
    else if (isWord(body, start, to[at] ?? 0, nothing)) writer.put(emptyText);
    else return false;
    return true;
  };
}

function momentIn(column: (typeof serviceColumns)[number]): WriteCell {
  const at = place(column);
  return (cells, body, writer) => {
    const seconds = numberAt(cells, at, body);
    if (seconds < 0 || seconds > latestMoment) return false;
    writer.put(seconds === 0 ? nothing : momentText(seconds));
    return true;
  };
}

/** The last that ISO 8601 has four digits of the year for, in s. */
const latestMoment = 253_402_300_799;

function numberIn(column: (typeof serviceColumns)[number]): WriteCell {
  const at = place(column);
  return (cells, body, writer) => {
    const { from, to } = cells;
    const [start, end] = [from[at] ?? 0, to[at] ?? 0];
    if (numberAt(cells, at, body) < 0) return false;
    if (isDigit(body[start] ?? 0)) writer.put(body, start, end);
    else writer.put(zero);
    // What else counts as a number here is told as one.
    return isDigit(body[start] ?? 0) || isWord(body, start, end, nothing);
  };
}

const words = { yes: Buffer.from("true"), no: Buffer.from("false") } as const;

function flagIn(column: (typeof serviceColumns)[number]): WriteCell {
  const at = place(column);
  return (cells, body, writer) => {
    const number = numberAt(cells, at, body);
    if (number < 0) return false;
    writer.put(number === 0 ? words.no : words.yes);
    return true;
  };
}

const stateTexts = serviceStates.map((state) => Buffer.from(JSON.stringify(state)));
const pending = Buffer.from('"PENDING"');

function writeState(cells: RowCells, body: Buffer, writer: TextWriter): boolean {
  const [state, isChecked] = [numberAt(cells, stateAt, body), numberAt(cells, isCheckedAt, body)];
  const text = isChecked === 0 ? pending : stateTexts[state];
  if (state < 0 || isChecked < 0 || text === undefined) return false;
  writer.put(text);
  return true;
}

const stateTypes = { soft: Buffer.from('"soft"'), hard: Buffer.from('"hard"') } as const;
const stateTypeAt = place("state_type");

function writeStateType(cells: RowCells, body: Buffer, writer: TextWriter): boolean {
  const number = numberAt(cells, stateTypeAt, body);
  if (number < 0) return false;
  writer.put(number === 0 ? stateTypes.soft : stateTypes.hard);
  return true;
}

const zeroDigit = 0x30;
/** Digits of a whole number that is held exactly. */
const maxDigits = 15;

function isDigit(byte: number): boolean {
  return byte >= zeroDigit && byte <= 0x39;
}

/** The whole number in a column, nothing being 0 and truth values 0 and 1; -1 for anything else. */
function numberAt({ from, to }: RowCells, column: number, body: Buffer): number {
  const [start, end] = [from[column] ?? 0, to[column] ?? 0];
  let number = 0;
  for (let at = start; at < end; at += 1) {
    const byte = body[at] ?? 0;
    if (!isDigit(byte)) return at === start ? wordNumber(body, start, end) : -1;
    number = number * 10 + byte - zeroDigit;
  }
  const hasZeroFirst = body[start] === zeroDigit && end - start > 1;
  return hasZeroFirst || end - start > maxDigits ? -1 : number;
}

function wordNumber(body: Buffer, from: number, to: number): number {
  if (isWord(body, from, to, words.no) || isWord(body, from, to, nothing)) return 0;
  return isWord(body, from, to, words.yes) ? 1 : -1;
}

function isWord(body: Buffer, from: number, to: number, word: Buffer): boolean {
  return to - from === word.length && body.compare(word, 0, word.length, from, to) === 0;
}

/** Moments as they were written: most services were checked within the same few minutes, which are so many seconds. */
const momentTexts = new Map<number, Buffer>();
const maxMoments = 4096;

function momentText(seconds: number): Buffer {
  const known = momentTexts.get(seconds);
  if (known !== undefined) return known;
  if (momentTexts.size >= maxMoments) momentTexts.clear();
  const text = Buffer.from(JSON.stringify(isoTime(seconds * 1000)));
  momentTexts.set(seconds, text);
  return text;
}
