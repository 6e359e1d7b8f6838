import { type FileContent, FileRefused, type ReadBounds } from "./content.ts";
import type { FileKind } from "./kind.ts";
import { checkUnpacked } from "./zip.ts";

/** What a file holds, other than pictures. Each kind's code is loaded by the first that needs it. @throws {FileRefused} it cannot be read. */
export async function fileContent(kind: FileKind, bytes: Uint8Array, bounds: ReadBounds): Promise<FileContent> {
  switch (kind) {
    case "pdf": {
      const { pdfContent } = await import("./pdf.ts");
      return limited(await pdfContent(bytes, bounds), bounds);
    }
    case "docx": {
      checkUnpacked(bytes);
      const { docxContent } = await import("./docx.ts");
      return limited(await docxContent(bytes, bounds), bounds);
    }
    case "xlsx": {
      checkUnpacked(bytes);
      const { workbookTables } = await import("./sheets.ts");
      return limited({ ...nothing, tables: await workbookTables(bytes) }, bounds);
    }
    case "csv": {
      const { csvTable } = await import("./sheets.ts");
      return limited({ ...nothing, tables: [csvTable(new TextDecoder().decode(bytes))] }, bounds);
    }
    case "text": {
      const text = new TextDecoder().decode(bytes);
      const isCut = text.length > bounds.maxCharacters;
      return { ...nothing, text: text.slice(0, bounds.maxCharacters), isCut };
    }
    case "image":
      throw new FileRefused("A picture holds no text as such; ask for operation ocr");
  }
}

const nothing = { text: "", pages: undefined, readPages: undefined, tables: [], isCut: false };

/** The tables with so many rows in all, and so many characters. */
function limited(content: FileContent, { maxRows, maxCharacters, only }: ReadBounds): FileContent {
  let [rows, characters] = [0, 0];
  let { isCut } = content;
  const wanted = only?.place ?? content.tables[0]?.place;
  const tables = content.tables.map(({ place, rows: all }) => {
    if (only !== undefined && place !== wanted) return { place, rows: [] };
    const kept = all.filter((row) => {
      rows += 1;
      characters += JSON.stringify(row).length;
      return rows <= maxRows && characters <= maxCharacters;
    });
    isCut ||= kept.length < all.length;
    return { place, rows: kept };
  });
  return { ...content, tables, isCut };
}
