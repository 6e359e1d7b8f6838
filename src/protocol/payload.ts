import { GatewayError, messageOf } from "../core/errors.ts";
import { type JsonObject, isJsonObject } from "../core/json.ts";

/** The text of an object of which the value of one member is long: what stands before and behind that value, and the value in pieces. */
interface Parts {
  readonly before: Buffer;
  readonly inner: readonly Buffer[];
  readonly behind: Buffer;
}

/**
 * A JSON object that may be held as its text, as its value, or as both: what is only forwarded is never built, what was built
 * here is written once. Each form is made from the other the first time it is asked for. A long text may be held in parts, and is then put together
 * only for who asks for it as one.
 */
export class Payload {
  #text: Buffer | undefined;
  #value: JsonObject | undefined;
  #parts: Parts | undefined;

  private constructor(text: Buffer | undefined, value: JsonObject | undefined, parts?: Parts) {
    this.#text = text;
    this.#value = value;
    this.#parts = parts;
  }

  /** `text` must be the UTF-8 text of a JSON object; it is not checked before {@link value} is asked for. */
  static ofText(text: Buffer): Payload {
    return new Payload(text, undefined);
  }

  /**
   * `before`, `inner` and `behind` must together be the UTF-8 text of a JSON object, `inner` the value of one of its members. So of what the object
   * itself has, only `before` and `behind` tell. None may change afterwards.
   */
  static ofParts(before: Buffer, inner: readonly Buffer[], behind: Buffer): Payload {
    return new Payload(undefined, undefined, { before, inner, behind });
  }

  /** `value` must not change afterwards. */
  static of(value: JsonObject): Payload {
    return new Payload(undefined, value);
  }

  /**
   * The UTF-8 JSON text. It may contain line breaks where a peer sent them: see {@link line}.
   *
   * @throws {GatewayError} `upstream_protocol_error` — the value is nested too deeply to be written.
   */
  get text(): Buffer {
    this.#text ??= this.#parts === undefined ? writeObject(this.#value) : Buffer.concat(piecesOf(this.#parts));
    this.#parts = undefined;
    return this.#text;
  }

  /** How long {@link text} is. @throws {GatewayError} what that throws. */
  get bytes(): number {
    return this.#parts === undefined ? this.text.length : lengthOf(this.#parts);
  }

  /** Its first bytes, so many at the most. @throws {GatewayError} what {@link text} throws. */
  beginning(bytes: number): Buffer {
    const parts = this.#parts;
    return parts === undefined ? this.text.subarray(0, bytes) : beginningOf(piecesOf(parts), bytes);
  }

  /**
   * The text without line breaks, for framings in which a line break ends the message. JSON allows them between its tokens only, so a
   * space does for each, and every other byte stays as it came.
   *
   * @throws {GatewayError} what {@link text} throws.
   */
  get line(): Buffer {
    const { text } = this;
    if (!hasLineBreak(text)) return text;
    this.#text = Buffer.from(text);
    blank(this.#text, lineFeed);
    blank(this.#text, carriageReturn);
    return this.#text;
  }

  /** The same in pieces, as it is held: for who sends it anyhow piece by piece. @throws {GatewayError} what {@link text} throws. */
  get linePieces(): readonly Buffer[] {
    const pieces = this.#parts === undefined ? [] : piecesOf(this.#parts);
    return pieces.length === 0 || pieces.some(hasLineBreak) ? [this.line] : pieces;
  }

  /**
   * The object.
   *
   * @throws {GatewayError} `upstream_protocol_error` — the text is no JSON object.
   */
  get value(): JsonObject {
    this.#value ??= parseObject(this.text);
    return this.#value;
  }

  /** Whether the text is held, so that it can be looked at for nothing. */
  get isText(): boolean {
    return this.#text !== undefined || this.#parts !== undefined;
  }

  /**
   * Whether the object may have these characters in its members' names: whether the text, if that is what is held, contains them; true where only
   * the value is held.
   */
  mayContain(characters: string): boolean {
    return this.#value !== undefined || this.#edges.some((text) => text.includes(characters, 0, "latin1"));
  }

  /** As {@link mayContain}, with what follows: the first 64 bytes from each of these characters on are shown to `pattern`, as Latin-1. */
  mayMatch(characters: string, pattern: RegExp): boolean {
    if (this.#value !== undefined) return true;
    for (const text of this.#edges) {
      for (let at = text.indexOf(characters, 0, "latin1"); at !== -1; at = text.indexOf(characters, at + 1, "latin1")) {
        if (pattern.test(text.toString("latin1", at, at + 64))) return true;
      }
    }
    return false;
  }

  /** Whether the text, if it is held, ends like this: `pattern` is shown its last bytes, as Latin-1. */
  endsLike(pattern: RegExp, bytes: number): boolean {
    const text = this.#parts?.behind ?? this.#text;
    return text !== undefined && pattern.test(text.toString("latin1", Math.max(0, text.length - bytes)));
  }

  /** The text, or where it is held in parts those that the object's own members stand in. */
  get #edges(): readonly Buffer[] {
    return this.#parts === undefined ? [this.text] : [this.#parts.before, this.#parts.behind];
  }
}

function piecesOf({ before, inner, behind }: Parts): Buffer[] {
  return [before, ...inner, behind];
}

function lengthOf(parts: Parts): number {
  return piecesOf(parts).reduce((sum, { length }) => sum + length, 0);
}

function beginningOf(pieces: readonly Buffer[], bytes: number): Buffer {
  const taken: Buffer[] = [];
  let left = bytes;
  for (const piece of pieces) {
    if (left <= 0) break;
    taken.push(piece.subarray(0, left));
    left -= piece.length;
  }
  return Buffer.concat(taken);
}

function hasLineBreak(text: Buffer): boolean {
  return text.indexOf(lineFeed) !== -1 || text.indexOf(carriageReturn) !== -1;
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;

function blank(text: Buffer, byte: number): void {
  for (let at = text.indexOf(byte); at !== -1; at = text.indexOf(byte, at + 1)) text[at] = space;
}

function writeObject(value: JsonObject | undefined): Buffer {
  try {
    return Buffer.from(JSON.stringify(value));
  } catch (thrown) {
    throw new GatewayError("upstream_protocol_error", "A result is nested too deeply to be passed on", {
      cause: thrown,
    });
  }
}

function parseObject(text: Buffer): JsonObject {
  try {
    const value: unknown = JSON.parse(text.toString("utf8"));
    if (isJsonObject(value)) return value;
  } catch (thrown) {
    throw notAnObject(thrown);
  }
  throw notAnObject("it is something else");
}

function notAnObject(cause: unknown): GatewayError {
  return new GatewayError("upstream_protocol_error", `A result is no JSON object: ${messageOf(cause)}`, { cause });
}
