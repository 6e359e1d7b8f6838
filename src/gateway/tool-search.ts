import { GatewayError } from "../core/errors.ts";
import { type JsonObject, objectAt, stringAt } from "../core/json.ts";
import { withoutParamHeaders } from "../protocol/param-headers.ts";
import { Payload } from "../protocol/payload.ts";
import { type Text, TextIndex, maxTexts } from "../search/text-index.ts";
import type { CallAnswer } from "../upstream/connection.ts";
import { type SearchOptions, searchToolName } from "./catalog-options.ts";
import { Choice } from "../core/choice.ts";
import type { Entry, Listed } from "./entry.ts";

/** Longest question, in characters. */
const maxQuery = 1000;
/** Tools found at once: unless the caller says how many, and at the most. */
const limits = { usual: 5, max: 50 } as const;

const object = { type: "object" } as const;

/** As any other tool is described. */
const definition = {
  name: searchToolName,
  title: "Search tools",
  description:
    "Finds tools by what they do. Every tool found can be called by the name given here, with arguments that fit its inputSchema, " +
    "whether or not it is in the list of tools. Searches names, titles, descriptions and parameter names; better matches come first.",
  inputSchema: {
    ...object,
    properties: {
      query: {
        type: "string",
        description:
          'Words for what the tool should do, such as "read file" or "create issue". One that fits is enough.',
        minLength: 1,
        maxLength: maxQuery,
      },
      limit: {
        type: "integer",
        description: "How many tools to find at the most.",
        minimum: 1,
        maximum: limits.max,
        default: limits.usual,
      },
    },
    required: ["query"],
    additionalProperties: false,
  },
  outputSchema: {
    ...object,
    properties: {
      tools: {
        type: "array",
        items: {
          ...object,
          properties: {
            name: { type: "string" },
            title: { type: "string" },
            description: { type: "string" },
            inputSchema: object,
            annotations: object,
          },
          required: ["name", "inputSchema"],
        },
      },
      unsearched: { type: "integer", description: "Tools that could not be searched, as there are too many." },
    },
    required: ["tools"],
  },
  annotations: {
    title: "Search tools",
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
} as const;

/**
 * The tool `search_tools` of one view: finds the tools that can be called there, listed or not.
 *
 * The index is made at the first search, in about 25 µs a tool, and lives as long as the view.
 */
export class ToolSearch {
  /** What the view lists: everything and the search, or the search and what is always listed. Sorted. */
  readonly listed: ReadonlyMap<string, Listed>;
  /** Whether it stands instead of the list. */
  readonly isInstead: boolean;
  readonly #tools: readonly Entry[];
  #index: Promise<TextIndex> | undefined;

  private constructor(tools: ReadonlyMap<string, Entry>, listed: readonly Listed[], isInstead: boolean) {
    this.isInstead = isInstead;
    this.#tools = [...tools.values()];
    const own: Listed = { exposed: searchToolName, definition, upstream: undefined };
    const sorted = [...listed, own].toSorted((a, b) => (a.exposed < b.exposed ? -1 : 1));
    this.listed = new Map(sorted.map((each) => [each.exposed, each]));
  }

  /** The search among these tools; undefined where none is wanted, or one of them has its name already. */
  static over(tools: ReadonlyMap<string, Entry>, { mode, alwaysListed }: SearchOptions): ToolSearch | undefined {
    if (mode === "off" || tools.has(searchToolName)) return undefined;
    const isInstead = mode === "instead";
    const always = new Choice(isInstead ? alwaysListed : ["*"]);
    const listed = [...tools.values()].filter(({ exposed }) => always.has(exposed));
    return new ToolSearch(tools, listed, isInstead);
  }

  /**
   * Answers a call of the tool.
   *
   * @throws {GatewayError} `invalid_arguments`.
   */
  async answer(params: JsonObject): Promise<CallAnswer> {
    const { query, limit } = argumentsIn(params);
    this.#index ??= TextIndex.of(this.#tools.slice(0, maxTexts).map(textOf));
    // Whoever waits for the index goes on before it is closed, as that waits too and came later.
    const found = (await this.#index).find(query, limit);
    const tools = found.flatMap((at) => this.#tools[at] ?? []).map((tool) => this.#hit(tool));
    const unsearched = this.#tools.length - maxTexts;
    const structuredContent = { tools, ...(unsearched > 0 ? { unsearched } : {}) };
    const hint = { type: "text", text: "No tool fits these words; others may." };
    const content = [{ type: "text", text: JSON.stringify(structuredContent) }, ...(tools.length === 0 ? [hint] : [])];
    return { kind: "complete", answer: { kind: "result", result: Payload.of({ content, structuredContent }) } };
  }

  /** Frees the index. Safe to call twice. */
  close(): void {
    const closed = this.#index?.then((index) => {
      index.close();
    });
    closed?.catch(() => {
      // Where it could not be made, whoever searched was told.
    });
  }

  /** Who has a tool from here need not repeat its arguments in headers, as it is the list that clients learn that from. */
  #hit({ exposed, definition: { title, description, inputSchema = object, annotations } }: Entry): JsonObject {
    return {
      name: exposed,
      ...(title === undefined ? {} : { title }),
      ...(description === undefined ? {} : { description }),
      inputSchema: this.listed.has(exposed) ? inputSchema : withoutParamHeaders(inputSchema),
      ...(annotations === undefined ? {} : { annotations }),
    };
  }
}

function textOf({ exposed, definition: tool }: Entry): Text {
  return {
    name: exposed,
    title: stringAt(tool, "title") ?? stringAt(objectAt(tool, "annotations") ?? {}, "title") ?? "",
    description: stringAt(tool, "description") ?? "",
    parts: Object.keys(objectAt(objectAt(tool, "inputSchema") ?? {}, "properties") ?? {}),
  };
}

function argumentsIn(params: JsonObject): { readonly query: string; readonly limit: number } {
  const given = objectAt(params, "arguments") ?? {};
  const { query, limit = limits.usual, ...others } = given;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    throw wrong(`has no parameter ${JSON.stringify(unknown.slice(0, 100))}; there are query and limit`);
  }
  if (typeof query !== "string" || query.trim() === "" || query.length > maxQuery) {
    throw wrong(`needs query, a text of 1 to ${maxQuery} characters that says what the tool should do`);
  }
  if (typeof limit !== "number" || !Number.isInteger(limit) || limit < 1 || limit > limits.max) {
    throw wrong(`takes as limit a whole number from 1 to ${limits.max}`);
  }
  return { query, limit };
}

function wrong(what: string): GatewayError {
  return new GatewayError("invalid_arguments", `${searchToolName} ${what}`);
}
