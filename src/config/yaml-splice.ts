/** The line break that a text uses. */
function lineBreakOf(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function isComment(line: string | undefined): boolean {
  return line?.trimStart().startsWith("#") ?? false;
}

/** A member of a block map: the lines it fills, and how far its key is indented. */
interface Block {
  readonly lines: readonly string[];
  /** First line: that of the key, or of the comments right above it. */
  readonly start: number;
  /** The line after its last. Blank lines and comments that are indented no deeper belong to what follows. */
  readonly end: number;
  readonly indent: number;
}

/** The member whose key is at `offset`; `undefined` if something else stands before it on its line. */
function blockAt(text: string, offset: number): Block | undefined {
  const lines = text.split(/\r?\n/);
  const key = text.slice(0, offset).split("\n").length - 1;
  const indent = offset - (text.lastIndexOf("\n", offset - 1) + 1);
  if (offset > 0 && indentOf(lines[key] ?? "") !== indent) return undefined;
  let start = key;
  while (isComment(lines[start - 1]) && indentOf(lines[start - 1] ?? "") === indent) start -= 1;
  return { lines, start, end: endOf(lines, key, indent), indent };
}

function endOf(lines: readonly string[], key: number, indent: number): number {
  let end = key + 1;
  for (const [index, line] of lines.entries()) {
    if (index <= key || line.trim() === "" || isComment(line)) continue;
    const isItem = indentOf(line) === indent && /^\s*-(\s|$)/.test(line);
    if (indentOf(line) <= indent && !isItem) break;
    end = index + 1;
  }
  while (isComment(lines[end]) && indentOf(lines[end] ?? "") > indent) end += 1;
  return end;
}

/** The text with `yaml` below the member whose key is at `offset`, indented like it. */
export function insertBelow(text: string, offset: number, yaml: string): string | undefined {
  const block = blockAt(text, offset);
  if (block === undefined) return undefined;
  const added = yaml
    .trimEnd()
    .split("\n")
    .map((line) => (line === "" ? "" : " ".repeat(block.indent) + line));
  return block.lines.toSpliced(block.end, 0, ...added).join(lineBreakOf(text));
}

/** The text with `yaml` in place of the `{}` of the member whose key is at `offset`, one step deeper. */
export function fillEmpty(text: string, offset: number, yaml: string, step: number): string | undefined {
  const block = blockAt(text, offset);
  const line = text.slice(0, offset).split("\n").length - 1;
  const key = block?.lines[line];
  if (block === undefined || key === undefined || !/:\s*\{\s*\}\s*(#.*)?$/.test(key)) return undefined;
  const added = yaml
    .trimEnd()
    .split("\n")
    .map((each) => " ".repeat(block.indent + step) + each);
  const opened = key.replace(/:\s*\{\s*\}/, ":");
  return block.lines.toSpliced(line, 1, opened, ...added).join(lineBreakOf(text));
}

/** The text without the member whose key is at `offset`, and without the comments right above it. */
export function cutBlock(text: string, offset: number): string | undefined {
  const block = blockAt(text, offset);
  if (block === undefined) return undefined;
  const { lines, start, indent } = block;
  const above = lines[start - 1] ?? "";
  const isTop = above.trim() === "" || indentOf(above) < indent;
  const end = isTop && lines[block.end]?.trim() === "" && block.end < lines.length - 1 ? block.end + 1 : block.end;
  return lines.toSpliced(start, end - start).join(lineBreakOf(text));
}

/** The text with `{}` as the value of the member whose key is at `offset` and that has no value left. */
export function closeEmpty(text: string, offset: number): string {
  const colon = text.indexOf(":", offset);
  return `${text.slice(0, colon + 1)} {}${text.slice(colon + 1)}`;
}
