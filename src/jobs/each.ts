import { GatewayError } from "../core/errors.ts";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../core/json.ts";

/** How operations are made of what a tool answers page by page: one for each row. */
export interface EachWish {
  /** The tool that is read, `upstream__tool`: one that changes nothing, as a page may be read again. */
  readonly tool: string;
  readonly arguments: JsonObject;
  /** Where its answers have their rows, which are objects: a JSON Pointer (RFC 6901) into the result. */
  readonly rows: string;
  /** Where they say from where the next page goes on. Nothing, null or an empty text there means that there is none. */
  readonly next: string;
  /** The argument that takes what stands there. */
  readonly cursor: string;
  /** One operation, in which rows take the place of `{{member}}` and of references to `row`. */
  readonly template: JsonObject;
}

/** From where a page goes on, as the tool says it. */
export type Position = string | number;

/** How far a job's operations have been read. */
export interface Source {
  readonly wish: EachWish;
  /** From where the next page goes on; undefined for the first. */
  readonly position: Position | undefined;
  /** Pages whose operations are kept, and the rows that they had, also in the job of which this one is a retry. */
  readonly pages: number;
  readonly rows: number;
  /** Of those operations' arguments. */
  readonly characters: number;
  /** The time of the schedule for which they are, in ms of wall time: their idempotency keys say it. */
  readonly dueAt: number | undefined;
  /** Whether nothing more is read: this was all, or there is a problem. */
  readonly isRead: boolean;
  /** What the latest page said in words, shortened. */
  readonly said: string | undefined;
  /** Why the rest was not read: a code of `docs/errors.md`, and a sentence. */
  readonly problem: SourceProblem | undefined;
}

export interface SourceProblem {
  readonly code: string;
  readonly message: string;
}

const usual = { next: "/structuredContent/next_cursor", cursor: "cursor" } as const;
const members = ["tool", "arguments", "rows", "next", "cursor"];
/** Longest wish, in characters: it is kept with the job, and written with each of its turns. */
const maxLength = 16 * 1024;

/** Whether what is submitted is to be made of a tool's rows, rather than a list of operations. */
export function isEach(value: unknown): value is JsonObject {
  return isJsonObject(value) && value["each"] !== undefined;
}

/**
 * Reads `{"each": {"tool", "arguments"?, "rows", "next"?, "cursor"?}, "template": OPERATION}`.
 *
 * @throws {GatewayError} `invalid_operations`.
 */
export function eachIn(value: JsonObject): EachWish {
  const { each, template, ...others } = value;
  const [other] = Object.keys(others);
  if (other !== undefined) throw wrong(`Beside each and template there is no ${shown(other)}`);
  if (!isJsonObject(each)) throw wrong("each must be an object with tool and rows");
  if (!isJsonObject(template)) throw wrong("template must be one operation, with {{member}} for what rows hold");
  const unknown = Object.keys(each).find((key) => !members.includes(key));
  if (unknown !== undefined) throw wrong(`each has no ${shown(unknown)}; there are ${members.join(", ")}`);
  const given = each["arguments"] ?? {};
  if (!isJsonObject(given)) throw wrong("each.arguments must be an object");
  const wish = {
    tool: textIn(each, "tool", "the name of a tool that reads, upstream__tool"),
    arguments: given,
    rows: pointerIn({ rows: each["rows"] }, "rows"),
    next: pointerIn({ next: each["next"] ?? usual.next }, "next"),
    cursor: textIn({ cursor: each["cursor"] ?? usual.cursor }, "cursor", "the name of an argument"),
    template,
  };
  if (JSON.stringify(wish).length <= maxLength) return wish;
  throw wrong(`each and template are longer than ${maxLength} characters`);
}

/** A source of which nothing was read. */
export function unread(wish: EachWish, dueAt?: number): Source {
  const none = { position: undefined, said: undefined, problem: undefined };
  return { wish, pages: 0, rows: 0, characters: 0, dueAt, isRead: false, ...none };
}

/** The source that a text of one says, as it was kept; undefined where it says none. */
export function sourceIn(value: unknown): Source | undefined {
  const wish = isJsonObject(value) ? objectAt(value, "wish") : undefined;
  if (!isJsonObject(value) || wish === undefined) return undefined;
  const { position, dueAt } = value;
  const problem = objectAt(value, "problem");
  const count = (key: "pages" | "rows" | "characters"): number => (typeof value[key] === "number" ? value[key] : 0);
  return {
    wish: wishOf(wish),
    position: isPosition(position) ? position : undefined,
    pages: count("pages"),
    rows: count("rows"),
    characters: count("characters"),
    dueAt: typeof dueAt === "number" ? dueAt : undefined,
    isRead: value["isRead"] === true,
    said: stringAt(value, "said"),
    problem: problem && {
      code: stringAt(problem, "code") ?? "internal_error",
      message: stringAt(problem, "message") ?? "",
    },
  };
}

/** The wish that a text of one says, as it was kept. @throws {GatewayError} `invalid_operations`. */
export function wishOf({ template, ...each }: JsonObject): EachWish {
  return eachIn({ each, template });
}

/** Whether a value says from where a page goes on. */
export function isPosition(value: unknown): value is Position {
  return typeof value === "number" || (typeof value === "string" && value !== "");
}

function textIn(value: JsonObject, key: string, what: string): string {
  const text = stringAt(value, key);
  if (text !== undefined && text !== "") return text;
  throw wrong(`each.${key} must be ${what}`);
}

function pointerIn(value: JsonObject, key: string): string {
  const text = stringAt(value, key);
  if (text?.startsWith("/") === true) return text;
  throw wrong(`each.${key} must be a JSON Pointer into the result, such as /structuredContent/${key}`);
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}

function wrong(message: string): GatewayError {
  return new GatewayError("invalid_operations", message);
}
