import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { crc32, deflateSync } from "node:zlib";
import write from "write-excel-file/node";
import { Apart } from "../apart/apart.ts";
import type { FileKind } from "./kind.ts";
import { kindOf } from "./kind.ts";
import { pictureText } from "./ocr.ts";

const apart = new Apart();
after(() => {
  apart.close();
});
const { signal } = new AbortController();
const bounds = { maxPages: 50, maxCharacters: 100_000, maxRows: 1000 };

function extract(file: FileKind, bytes: Uint8Array, given = bounds) {
  return apart.run({ kind: "extract", file, bytes, bounds: given }, signal);
}

/** A PDF with one page for each list of lines, each `[x, y, text]`. */
function pdf(
  pages: readonly (readonly (readonly [number, number, string])[])[],
  image?: Uint8Array,
  width = 16,
): Uint8Array {
  const objects: string[] = ["<< /Type /Catalog /Pages 2 0 R >>"];
  const kids = pages.map((_, at) => `${3 + at * 2} 0 R`).join(" ");
  objects.push(`<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`);
  const fontAt = 3 + pages.length * 2;
  const resources = `<< /Font << /F1 ${fontAt} 0 R >>${image === undefined ? "" : ` /XObject << /I1 ${fontAt + 1} 0 R >>`} >>`;
  for (const [at, lines] of pages.entries()) {
    const texts = lines.map(([x, y, text]) => `BT /F1 12 Tf ${x} ${y} Td (${text}) Tj ET`).join("\n");
    const content = image === undefined ? texts : `${texts}\nq 200 0 0 100 50 600 cm /I1 Do Q`;
    objects.push(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources ${resources} /Contents ${4 + at * 2} 0 R >>`,
    );
    objects.push(`<< /Length ${content.length} >>\nstream\n${content}\nendstream`);
  }
  objects.push("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>");
  if (image !== undefined) {
    const hex = deflateSync(image).toString("hex");
    objects.push(
      `<< /Type /XObject /Subtype /Image /Width ${width} /Height ${image.length / width} /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter [/ASCIIHexDecode /FlateDecode] /Length ${hex.length + 1} >>\nstream\n${hex}>\nendstream`,
    );
  }
  let text = "%PDF-1.4\n";
  const offsets = objects.map((object, at) => {
    const offset = text.length;
    text += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  const start = text.length;
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer << /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF`;
  return Buffer.from(text, "latin1");
}

/** A ZIP of texts, stored as they are. */
function zip(files: Readonly<Record<string, string>>): Uint8Array {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const [name, text] of Object.entries(files)) {
    const [nameBytes, bytes] = [Buffer.from(name), Buffer.from(text)];
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt32LE(crc32(bytes), 10);
    fields.writeUInt32LE(bytes.length, 14);
    fields.writeUInt32LE(bytes.length, 18);
    fields.writeUInt16LE(nameBytes.length, 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(at, 10);
    local.push(Buffer.from("PK\u0003\u0004"), fields, nameBytes, bytes);
    central.push(Buffer.from("PK\u0001\u0002\u0014\u0000"), fields, tail, nameBytes);
    at += 30 + nameBytes.length + bytes.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  const count = Object.keys(files).length;
  end.writeUInt16LE(count, 4);
  end.writeUInt16LE(count, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...local, directory, Buffer.from("PK\u0005\u0006"), end]);
}

const paragraph = (text: string): string => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`;

const document = zip({
  "[Content_Types].xml":
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
  "_rels/.rels":
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
  "word/document.xml": `<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${paragraph("Offer &amp; terms")}<w:tbl><w:tr><w:tc>${paragraph("Item")}</w:tc><w:tc>${paragraph("Price")}</w:tc></w:tr><w:tr><w:tc>${paragraph("Bolt")}</w:tc><w:tc>${paragraph("2.50")}</w:tc></w:tr></w:tbl></w:body></w:document>`,
});

test("a PDF gives its text in the order in which people read it, and lines of equally many parts as tables", async () => {
  const found = await extract(
    "pdf",
    pdf([
      [
        [50, 700, "Invoice 7"],
        [50, 650, "Item"],
        [200, 650, "Price"],
        [50, 630, "Bolt"],
        [200, 630, "2.50"],
      ],
      [[50, 700, "Thank you"]],
    ]),
  );
  assert.equal(found.text, "Invoice 7\nItem Price\nBolt 2.50\n\nThank you");
  assert.deepEqual(found.tables, [
    {
      place: "page 1",
      rows: [
        ["Item", "Price"],
        ["Bolt", "2.50"],
      ],
    },
  ]);
  assert.deepEqual([found.pages, found.readPages, found.isCut], [2, 2, false]);
});

test("of a long PDF so many pages are read as were asked for, and that is said", async () => {
  const found = await extract("pdf", pdf([[[50, 700, "one"]], [[50, 700, "two"]]]), { ...bounds, maxPages: 1 });
  assert.deepEqual([found.text, found.pages, found.readPages, found.isCut], ["one", 2, 1, true]);
});

test("a document of Word gives its text and tables", async () => {
  const found = await extract("docx", document);
  assert.match(found.text, /^Offer & terms\n/);
  assert.deepEqual(found.tables, [
    {
      place: "table 1",
      rows: [
        ["Item", "Price"],
        ["Bolt", "2.50"],
      ],
    },
  ]);
});

test("a workbook gives its sheets, numbers as numbers and dates as ISO 8601", async () => {
  const day = { value: new Date("2026-03-04T00:00:00Z"), type: Date, format: "yyyy-mm-dd" };
  const bytes = await write([
    {
      sheet: "Prices",
      data: [
        ["Item", "Price", "From"],
        ["Bolt", 2.5, day],
      ],
    },
  ]).toBuffer();
  const found = await extract("xlsx", bytes);
  assert.deepEqual(found.tables, [
    {
      place: "Prices",
      rows: [
        ["Item", "Price", "From"],
        ["Bolt", 2.5, "2026-03-04"],
      ],
    },
  ]);
});

test("a CSV is read whatever its separator, and cut off where it is long", async () => {
  const found = await extract("csv", Buffer.from('\uFEFFItem;Price\n"Bolt; long";2,50\nNut;1\n'), {
    ...bounds,
    maxRows: 2,
  });
  assert.deepEqual(found.tables, [
    {
      place: "csv",
      rows: [
        ["Item", "Price"],
        ["Bolt; long", "2,50"],
      ],
    },
  ]);
  assert.equal(found.isCut, true);
});

test("a broken file is refused with what is wrong, and the next one is read", async () => {
  await assert.rejects(extract("pdf", Buffer.from("%PDF-1.4 and no more")), {
    name: "ToolFailure",
    message: /^The PDF cannot be read: /,
  });
  await assert.rejects(extract("docx", Buffer.from("PK\u0003\u0004")), {
    name: "ToolFailure",
    message: /^The document cannot be read: /,
  });
  await assert.rejects(extract("xlsx", Buffer.from("PK\u0003\u0004")), {
    name: "ToolFailure",
    message: /^The workbook cannot be read: /,
  });
  assert.equal((await extract("text", Buffer.from("as it is"))).text, "as it is");
});

test("what a file is, its bytes say before its name", () => {
  assert.equal(kindOf("x.csv", pdf([[]])), "pdf");
  assert.equal(kindOf("x.docx", document), "docx");
  assert.equal(kindOf("x.zip", document), undefined);
  assert.equal(kindOf("x.csv", Buffer.from("a,b")), "csv");
  assert.equal(kindOf("x", Buffer.from("words")), "text");
  assert.equal(kindOf("x.txt", Buffer.from([1, 0, 2])), undefined);
});

test("pages beyond those that were asked for are not read", async () => {
  const whole = Buffer.from(pdf([[[50, 700, "one"]], [[50, 700, "two"]]])).toString("latin1");
  const broken = Buffer.from(whole.replace("3 0 R 5 0 R", "3 0 R 9 0 R"), "latin1");
  const found = await extract("pdf", broken, { ...bounds, maxPages: 1 });
  assert.deepEqual([found.text, found.readPages], ["one", 1]);
  await assert.rejects(extract("pdf", broken));
});

function pictureOf(bytes: Uint8Array, from = { page: 1, at: 0 }, maxPages = 10) {
  return apart.run({ kind: "picture", bytes, from, maxPages }, signal);
}

test("the pictures of a PDF come out as they are in it, one at a time", async () => {
  const grey = new Uint8Array(16 * 4).map((_, at) => at * 3);
  const bytes = pdf([[], []], grey);
  const first = await pictureOf(bytes);
  assert.match(Buffer.from(first.picture ?? []).toString("latin1"), /^P[56]\n16 4\n255\n/);
  const second = await pictureOf(bytes, first.next);
  assert.deepEqual([second.picture, second.next], [first.picture, { page: 2, at: 1 }]);
  assert.equal((await pictureOf(bytes, second.next)).picture, undefined);
  assert.equal((await pictureOf(bytes, first.next, 1)).picture, undefined);
});

test("a picture of too many pixels is refused", async () => {
  await assert.rejects(pictureOf(pdf([[]], new Uint8Array(8000 * 5001), 8000)), {
    name: "ToolFailure",
    message: /^A picture on page 1 has 8000 x 5001 pixels; at most 40 million are read/,
  });
});

test("what is too much once it is unpacked is refused by its directory", async () => {
  const bytes = Buffer.from(document);
  const entry = bytes.lastIndexOf("PK\u0001\u0002");
  bytes.writeUInt32LE(200_000_001, entry + 24);
  for (const kind of ["docx", "xlsx"] as const) {
    await assert.rejects(extract(kind, bytes), {
      name: "ToolFailure",
      message: /^The file is more than 200 MB once it is unpacked/,
    });
  }
});

test("two pictures are read at once, the others wait; who leaves does not", async () => {
  const folder = await mkdtemp(join(tmpdir(), "switchyard-ocr-"));
  try {
    const [command, log] = [join(folder, "read"), join(folder, "log")];
    const script = `#!/bin/sh\necho begun >> '${log}'\nsleep 0.3\necho over >> '${log}'\necho text\n`;
    await writeFile(command, script, { mode: 0o755 });
    const leaving = new AbortController();
    const texts = Array.from({ length: 5 }, () => pictureText(new Uint8Array(), "eng", signal, command));
    const left = pictureText(new Uint8Array(), "eng", leaving.signal, command);
    leaving.abort(new Error("gone"));
    await assert.rejects(left, /gone/);
    assert.deepEqual(
      await Promise.all(texts),
      Array.from({ length: 5 }, () => "text"),
    );
    let [now, most] = [0, 0];
    for (const line of (await readFile(log, "utf8")).trim().split("\n")) {
      now += line === "begun" ? 1 : -1;
      most = Math.max(most, now);
    }
    assert.equal(most, 2);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("without tesseract, text in pictures is refused with how to get it", async () => {
  const asked = pictureText(new Uint8Array(), "eng", signal, "no-such-program-here");
  await assert.rejects(asked, {
    name: "FileRefused",
    message: /tesseract, which is not installed .* apt-get install tesseract-ocr/,
  });
});

/** Letters of 5 by 7, a row each number, the highest bit left. */
const letters: Readonly<Record<string, readonly number[]>> = {
  H: [17, 17, 17, 31, 17, 17, 17],
  E: [31, 16, 16, 30, 16, 16, 31],
  L: [16, 16, 16, 16, 16, 16, 31],
  O: [14, 17, 17, 17, 17, 17, 14],
};

/** A picture of letters, black on white. */
function picture(text: string, scale: number): Uint8Array {
  const [width, height] = [(text.length * 7 + 6) * scale, 13 * scale];
  const pixels = Buffer.alloc(width * height, 255);
  for (const [at, letter] of text.split("").entries()) {
    for (const [row, bits] of (letters[letter] ?? []).entries()) {
      for (let column = 0; column < 5; column += 1) {
        if ((bits & (16 >> column)) === 0) continue;
        const [x, y] = [(3 + at * 7 + column) * scale, (3 + row) * scale];
        for (let dy = 0; dy < scale; dy += 1) pixels.fill(0, (y + dy) * width + x, (y + dy) * width + x + scale);
      }
    }
  }
  return Buffer.concat([Buffer.from(`P5\n${width} ${height}\n255\n`), pixels]);
}

const hasTesseract = spawnSync("tesseract", ["--version"]).error === undefined;

test("text in a picture is read", { skip: hasTesseract ? false : "tesseract is not installed here" }, async () => {
  assert.equal(await pictureText(picture("HELLO", 8), "eng", signal), "HELLO");
});

test(
  "a language that is not installed is told",
  { skip: hasTesseract ? false : "tesseract is not installed here" },
  async () => {
    await assert.rejects(pictureText(picture("H", 8), "xyz", signal), {
      message: /lacks the language xyz; install it/,
    });
  },
);
