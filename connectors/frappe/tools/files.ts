import { type Tool, ToolFailure, tool } from "switchyard/connector";
import { z } from "zod";
import { cellText } from "../../shared/table.ts";
import { FileRefused, type FoundTable } from "../extract/content.ts";
import { type FileKind, fileKinds, kindOf } from "../extract/kind.ts";
import { pictureText } from "../extract/ocr.ts";
import { type Desk, type Visitor, answer } from "../desk/desk.ts";
import { decoded } from "../desk/decoded.ts";
import { doctypeUse } from "../desk/uses.ts";

const mostCharacters = 200_000;

/** Which file is meant. */
export const fileShape = {
  file_url: z
    .string()
    .min(1)
    .max(500)
    .optional()
    .describe("Its address on the site, such as /private/files/offer.pdf."),
  file_name: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe("In place of file_url: its name; the newest of that name is meant."),
};

const tableShape = z.object({ place: z.string(), rows: z.array(z.array(z.unknown())) });

const output = z.object({
  file_name: z.string(),
  kind: z.enum(fileKinds),
  text: z.string().optional(),
  pages: z.int().optional(),
  read_pages: z.int().optional(),
  tables: z.array(tableShape).optional(),
  data: z
    .array(
      z.object({
        place: z.string(),
        columns: z.array(z.string()),
        rows: z.array(z.record(z.string(), z.unknown())),
      }),
    )
    .optional(),
  is_cut: z.boolean(),
});

/** Reads files of the site. */
export function extractTool(desk: Desk): Tool {
  return tool({
    name: "extract_file_content",
    title: "Read a file",
    description:
      "Reads a file of the site that the user may see: text and tables of PDF, Word and Excel files and CSV; by operation ocr the text of pictures and scanned PDFs.",
    input: z.object({
      ...fileShape,
      operation: z
        .enum(["extract", "ocr", "parse_data", "extract_tables"])
        .default("extract")
        .describe(
          "extract: text and tables. parse_data: tables as objects by their first row. extract_tables: tables alone.",
        ),
      language: z.string().max(100).default("eng").describe("Of ocr: tesseract's names, such as eng or eng+deu."),
      max_pages: z.int().min(1).max(500).default(50),
      max_rows: z.int().min(1).max(10_000).default(1000),
    }),
    output,
    annotations: { readOnlyHint: true, openWorldHint: true },
    run: async (args, { signal, caller }) => {
      const visitor = desk.visitor(caller);
      const file = await fileFor(visitor, args, signal);
      const { operation, language, max_pages: maxPages, max_rows: maxRows } = args;
      // Files are told by their names, which an address does not say.
      const uses = [doctypeUse("File")];
      const base = { file_name: file.name, kind: file.kind };
      if (operation === "ocr") {
        const text = await ocr(desk, file, language, maxPages, signal);
        return answer(
          visitor,
          { ...base, text: text.slice(0, mostCharacters), is_cut: text.length > mostCharacters },
          uses,
        );
      }
      const bounds = { maxPages, maxRows, maxCharacters: mostCharacters };
      const content = await desk.apart.run({ kind: "extract", file: file.kind, bytes: file.bytes, bounds }, signal);
      const { text, pages, readPages, tables, isCut } = content;
      if (operation === "extract" && text === "" && tables.length === 0 && file.kind === "pdf") {
        throw new ToolFailure(`${file.name} holds no text, so it is likely scanned: ask for operation ocr`);
      }
      const structured = {
        ...base,
        ...(operation === "extract" && { text }),
        ...(pages !== undefined && { pages, read_pages: readPages ?? 0 }),
        ...(operation === "parse_data"
          ? { data: tables.map(objectsOf) }
          : { tables: tables.map(({ place, rows }) => ({ place, rows: rows.map((row) => [...row]) })) }),
        is_cut: isCut,
      };
      return answer(visitor, structured, uses);
    },
  });
}

/** A file with what is in it. */
export interface SiteFile {
  readonly name: string;
  readonly url: string;
  readonly kind: FileKind;
  readonly bytes: Uint8Array;
}

/** The file that is meant. The site itself says whether the user may see it. @throws {ToolFailure} none is, or it is of no kind that can be read. */
export async function fileFor(
  { client }: Visitor,
  { file_url: url, file_name: name }: z.output<z.ZodObject<typeof fileShape>>,
  signal: AbortSignal,
): Promise<SiteFile> {
  if ((url === undefined) === (name === undefined)) throw new ToolFailure("Give either file_url or file_name");
  const found = url ?? (await urlOf(client, name ?? "", signal));
  const { bytes } = await client.download(found, signal);
  const ownName = name ?? lastPart(found);
  const kind = kindOf(ownName, bytes);
  if (kind !== undefined) return { name: ownName, url: found, kind, bytes };
  throw new ToolFailure(
    `${ownName} is of no kind that can be read; ${fileKinds.join(", ")} can. Old .doc and .xls are to be stored as .docx and .xlsx`,
  );
}

/** The name in an address. A site writes `%` in it as it is: what cannot be decoded never was encoded. */
function lastPart(url: string): string {
  const part = url.slice(url.lastIndexOf("/") + 1);
  return decoded(part) ?? part;
}

async function urlOf(client: Visitor["client"], name: string, signal: AbortSignal): Promise<string> {
  const query = { fields: ["file_url"], filters: { file_name: name }, orderBy: "creation desc", limit: 1 };
  const [row] = await client.list("File", query, signal);
  const url = row?.["file_url"];
  if (typeof url === "string") return url;
  throw new ToolFailure(
    `There is no file ${JSON.stringify(name)} that this user may see; list_documents of File shows what there is`,
  );
}

async function ocr(
  desk: Desk,
  { name, kind, bytes }: SiteFile,
  language: string,
  maxPages: number,
  signal: AbortSignal,
) {
  if (kind !== "image" && kind !== "pdf")
    throw new ToolFailure(`${name} is ${kind}; ocr reads pictures and PDFs. Ask for operation extract`);
  const texts: string[] = [];
  try {
    if (kind === "image") return await pictureText(bytes, language, signal);
    // One picture at a time is in memory, and no more of them than their text is wanted of.
    let [from, characters] = [{ page: 1, at: 0 }, 0];
    while (characters <= mostCharacters) {
      const { picture, next } = await desk.apart.run({ kind: "picture", bytes, from, maxPages }, signal);
      if (picture === undefined) break;
      const text = await pictureText(picture, language, signal);
      texts.push(text);
      characters += text.length;
      from = next;
    }
    if (texts.length === 0) throw new ToolFailure(`${name} holds no pictures; ask for operation extract`);
  } catch (thrown) {
    throw thrown instanceof FileRefused ? new ToolFailure(thrown.message, { cause: thrown }) : thrown;
  }
  return texts.join("\n\n");
}

/** The rows of a table by the names in its first one. */
export function objectsOf({ place, rows }: FoundTable) {
  const [head = [], ...others] = rows;
  const columns = head.map((cell, at) => cellText(cell).trim() || `column_${at + 1}`);
  return {
    place,
    columns,
    rows: others.map((row) => Object.fromEntries(columns.map((column, at) => [column, row[at] ?? null]))),
  };
}
