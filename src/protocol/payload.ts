import { GatewayError, messageOf } from "../core/errors.ts";
import { type JsonObject, isJsonObject } from "../core/json.ts";

/**
 * A JSON object that may be held as its text, as its value, or as both: what is only forwarded is never built, what was built
 * here is written once. Each form is made from the other the first time it is asked for.
 */
export class Payload {
  #text: Buffer | undefined;
  #value: JsonObject | undefined;

  private constructor(text: Buffer | undefined, value: JsonObject | undefined) {
    this.#text = text;
    this.#value = value;
  }

  /** `text` must be the UTF-8 text of a JSON object; it is not checked before {@link value} is asked for. */
  static ofText(text: Buffer): Payload {
    return new Payload(text, undefined);
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
    this.#text ??= writeObject(this.#value);
    return this.#text;
  }

  /**
   * The text without line breaks, for framings in which a line break ends the message. JSON allows them between its tokens only, so a
   * space does for each, and every other byte stays as it came.
   *
   * @throws {GatewayError} what {@link text} throws.
   */
  get line(): Buffer {
    const { text } = this;
    if (text.indexOf(lineFeed) === -1 && text.indexOf(carriageReturn) === -1) return text;
    this.#text = Buffer.from(text);
    blank(this.#text, lineFeed);
    blank(this.#text, carriageReturn);
    return this.#text;
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
    return this.#text !== undefined;
  }

  /** Whether the text, if that is what is held, contains these characters anywhere; true where only the value is held. */
  mayContain(characters: string): boolean {
    return this.#value !== undefined || this.text.includes(characters, 0, "latin1");
  }

  /** As {@link mayContain}, with what follows: the first 64 bytes from each of these characters on are shown to `pattern`, as Latin-1. */
  mayMatch(characters: string, pattern: RegExp): boolean {
    if (this.#value !== undefined) return true;
    const { text } = this;
    for (let at = text.indexOf(characters, 0, "latin1"); at !== -1; at = text.indexOf(characters, at + 1, "latin1")) {
      if (pattern.test(text.toString("latin1", at, at + 64))) return true;
    }
    return false;
  }

  /** Whether the text, if it is held, ends like this: `pattern` is shown its last bytes, as Latin-1. */
  endsLike(pattern: RegExp, bytes: number): boolean {
    const text = this.#text;
    return text !== undefined && pattern.test(text.toString("latin1", Math.max(0, text.length - bytes)));
  }
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
