import mammoth from "mammoth";
import { type FileContent, FileRefused, type FoundTable, type ReadBounds } from "./content.ts";

/** Text and tables of a document of Word. @throws {FileRefused} it is broken. */
export async function docxContent(bytes: Uint8Array, bounds: ReadBounds): Promise<FileContent> {
  const buffer = Buffer.from(bytes);
  try {
    const { value: text } = await mammoth.extractRawText({ buffer });
    const { value: html } = await mammoth.convertToHtml({ buffer });
    return {
      text: text.slice(0, bounds.maxCharacters),
      pages: undefined,
      readPages: undefined,
      tables: tablesOf(html),
      isCut: text.length > bounds.maxCharacters,
    };
  } catch (thrown) {
    const what = thrown instanceof Error ? thrown.message : String(thrown);
    throw new FileRefused(`The document cannot be read: ${what}`);
  }
}

/** The page is written by mammoth and plain: tables are not nested but for such as are in cells, which are left to their cell's text. */
function tablesOf(html: string): readonly FoundTable[] {
  return [...html.matchAll(/<table>([^]*?)<\/table>/g)].map(([, table = ""], at) => ({
    place: `table ${at + 1}`,
    rows: [...table.matchAll(/<tr>([^]*?)<\/tr>/g)].map(([, row = ""]) =>
      [...row.matchAll(/<t[dh][^>]*>([^]*?)<\/t[dh]>/g)].map(([, cell = ""]) => textOf(cell)),
    ),
  }));
}

function textOf(html: string): string {
  return html
    .replaceAll(/<\/p>|<br ?\/?>/g, "\n")
    .replaceAll(/<[^>]+>/g, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&")
    .trim();
}
