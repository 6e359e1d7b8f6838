import { z } from "zod";
import { longestWithinMs, withinKey } from "../protocol/expected.ts";
import { Payload } from "../protocol/payload.ts";
import { metaKeys } from "../protocol/rev-2026-07-28/meta.ts";
import { usesKey } from "../protocol/uses.ts";
import { type JsonObject, objectAt } from "../core/json.ts";
import { groupKey } from "../protocol/definition-meta.ts";

/** What a tool says of itself; see MCP 2026-07-28, schema, ToolAnnotations. Without, nothing is known and the worst is assumed. */
export interface ToolAnnotations {
  /** It changes nothing: it may be cached, tried again, and shown to who may only read. */
  readonly readOnlyHint?: boolean;
  /** It may destroy something. */
  readonly destructiveHint?: boolean;
  /** To call it again with the same arguments changes nothing more. */
  readonly idempotentHint?: boolean;
  /** It deals with a world outside its own, so that the same question may have another answer at any time. */
  readonly openWorldHint?: boolean;
}

/** What accompanies one call. */
export interface ToolCall {
  /** Fires when nobody waits for the answer any more: stop what is being done, and throw its reason. */
  readonly signal: AbortSignal;
  /** Says how far the work is. `done` must grow; `total` may be unknown. Reaches the caller only where it asked for that. */
  readonly progress: (done: number, total?: number, message?: string) => void;
  /** Who asks, as the gateway tells callers apart; undefined without a gateway around the connector. */
  readonly caller?: string | undefined;
}

/** One thing that a tool answers with; see MCP 2026-07-28, schema, ContentBlock. */
export type Content = JsonObject & { readonly type: string };

/**
 * What a tool answers: a text, contents, or structure as its `output` says. Structure is told as text too, for models that read only that.
 */
export type ToolAnswer<Output> =
  | string
  | readonly Content[]
  | (AnswerTerms & {
      readonly structured: Output;
      readonly content?: readonly Content[] | string;
    })
  | (AnswerTerms & {
      /**
       * The structure as the UTF-8 text of its JSON, in pieces, for what is there as text already and large: it is neither read nor written again.
       * It must be one object without line breaks, and as `output` says: nobody looks. Its bytes must not change afterwards: they are sent from there.
       */
      readonly structuredText: readonly Uint8Array[];
      /** What is told to models that read only texts: such a structure is not told twice. */
      readonly content: readonly Content[] | string;
    });

/** What may be said of an answer besides. */
export interface AnswerTerms {
  /**
   * What it is made from: names of your own, at most 100. Where the answer is kept, it is dropped once one of them is told to have
   * {@link ConnectorContext.changed}, and whatever else changes, it stays. Without, any change of the connector drops it.
   */
  readonly uses?: readonly string[];
  /** Whether it is its caller's alone: where it is kept, nobody else is given it. */
  readonly isPrivate?: boolean;
}

/** One tool, its arguments and answer typed by their schemas. */
export interface ToolDefinition<Input extends z.ZodObject, Output extends z.ZodType> {
  /** Unique in the connector: letters, digits, `_`, `-`, `.`, at most 64. */
  readonly name: string;
  readonly title?: string;
  /** What it does, and when to use it: written for a model. */
  readonly description: string;
  readonly input: Input;
  /** What its structured answer looks like. Without, it has none. */
  readonly output?: Output;
  readonly annotations?: ToolAnnotations;
  /**
   * How long 95 of 100 calls should take at the most, in ms, 1 to 3,600,000: the gateway reports how far that is so, unless its configuration
   * expects something else.
   */
  readonly withinMs?: number;
  /**
   * Does the work. Its arguments have been checked, defaults filled in.
   *
   * What it throws as {@link ToolFailure} is told to the model; anything else is a defect, and told as one.
   */
  readonly run: (
    args: z.output<Input>,
    call: ToolCall,
  ) => ToolAnswer<z.output<Output>> | Promise<ToolAnswer<z.output<Output>>>;
}

/** A tool whose types have been checked and are of no more use. */
export interface Tool {
  readonly name: string;
  /** As `tools/list` shows it. */
  readonly definition: JsonObject;
  /** Its result, in the name of `server` where that is given. @throws {ToolFailure} what is wrong with the arguments; what the tool's own `run` throws. */
  readonly run: (args: JsonObject, call: ToolCall, server?: JsonObject) => Promise<Payload>;
}

/** A resource, or with `uriTemplate` all those that fit it. */
export interface Resource {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly mimeType?: string;
  /** In bytes, where that is known without reading it. */
  readonly size?: number;
  /** See MCP 2026-07-28, schema, Annotations. `lastModified` is a time as ISO 8601 has it. */
  readonly annotations?: { readonly lastModified?: string };
  /** Its address; or a template of it (RFC 6570), in which case `read` is asked for whatever fits. */
  readonly uri: string;
  /** Its content; undefined where there is nothing at this address. */
  readonly read: (
    uri: string,
    signal: AbortSignal,
    /** Who asks, as for a tool. */
    caller?: string,
  ) => Promise<ResourceContent | undefined> | ResourceContent | undefined;
}

/** What a resource holds: a text, or bytes. */
export interface ResourceContent {
  readonly mimeType?: string;
  readonly text?: string;
  readonly bytes?: Uint8Array;
  /** Whether it is its caller's alone, as of a tool's answer. */
  readonly isPrivate?: boolean;
}

/** A prompt that a person chooses. */
export interface Prompt {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly arguments?: readonly { readonly name: string; readonly description?: string; readonly required?: boolean }[];
  /** What lists show besides, under names with a prefix of your own; `switchyard/version` is the version by which its uses are counted. */
  readonly _meta?: JsonObject;
  /** The text that the model is given. What it throws as {@link ToolFailure} is told to who asked. */
  readonly text: (args: Readonly<Record<string, string>>) => string | Promise<string>;
  /** What it is given instead where that is more than one text. */
  readonly messages?: (
    args: Readonly<Record<string, string>>,
  ) => readonly PromptMessage[] | Promise<readonly PromptMessage[]>;
}

/** One message of a prompt; see MCP 2026-07-28, schema, PromptMessage. */
export interface PromptMessage {
  readonly role: "user" | "assistant";
  readonly content: Content;
}

/** What somebody has posted to the gateway for a connector. */
export interface HookRequest {
  /** Those that the hook wants to see, by their names in small letters, and no others. */
  readonly headers: Readonly<Record<string, string>>;
  /** As it came, byte for byte: what signatures are made of. At most 256 KiB. */
  readonly body: Buffer;
}

/**
 * How a connector takes what the system behind it sends by itself (webhooks): whatever is posted to `/hooks/NAME` of the gateway, where NAME is
 * what the configuration calls the connector. Nobody is asked there who they are.
 */
export interface Hook {
  /** Headers that it wants to see, such as that of a signature; at most 20. */
  readonly headers: readonly string[];
  /** Whether it comes from where it should: anybody may have sent it, so look at its signature ({@link isSigned}) before anything else. */
  readonly isGenuine: (request: HookRequest) => boolean;
  /**
   * Does what follows from one that is genuine, after its sender was answered: one at a time, in the order in which they came. Further ones wait,
   * up to 100; beyond, senders are told to try again. What it throws is told to operators. After a minute the signal fires, and the next one's turn
   * has come.
   */
  readonly take: (request: HookRequest, signal: AbortSignal) => void | Promise<void>;
}

/** Everything that a connector offers at one moment. */
export interface Offer {
  readonly tools?: readonly Tool[];
  readonly resources?: readonly Resource[];
  readonly prompts?: readonly Prompt[];
  /** What it does with what is posted for it; without, that is refused. For good: what is offered later may be other tools, but no other hook. */
  readonly hook?: Hook;
  /** Called once when it is over; what it started must end. */
  readonly close?: () => void | Promise<void>;
}

/** What a connector may offer instead while it runs. */
export type LaterOffer = Omit<Offer, "close" | "hook">;

/** Something that a connector tells of that is new, another or gone. */
export interface EntityChange {
  /** Its address, which need not be that of a resource. */
  readonly uri: string;
  readonly change: "created" | "modified" | "deleted";
  /** What became of it, in a sentence. */
  readonly says: string;
}

/** What a connector is given to live in. */
export interface ConnectorContext {
  /** Fires when the connector is to end. */
  readonly signal: AbortSignal;
  /** Absolute: from where relative paths in the configuration are meant, such as the folder of the configuration's file. */
  readonly folder: string;
  /** Offers something else from now on; clients are told. */
  readonly offer: (offer: LaterOffer) => void;
  /**
   * Says that something of these names is not what it was: answers that are kept and that `uses` one of them are dropped. `problems` are what is
   * wrong with it now, a sentence each: operators are told where there are any. `entities` are what became of which things: whoever may use the
   * connector and watches is told, of at most 100 at a time one by one, and of more that there are.
   */
  readonly changed: (uses: readonly string[], problems?: readonly string[], entities?: readonly EntityChange[]) => void;
  /** Tells who watches this resource that it is another now. */
  readonly resourceChanged: (uri: string) => void;
}

/** A connector: something that is not MCP, made to look like an upstream. */
export interface ConnectorDefinition<Config extends z.ZodType> {
  /** Its name, by which the configuration calls it: letters, digits, `-`, at most 64. */
  readonly name: string;
  readonly title?: string;
  readonly version?: string;
  /** What a model should know before it uses any of the tools. */
  readonly instructions?: string;
  /** What its part of the configuration looks like. */
  readonly config: Config;
  /** Called once for each time it is started, with its configuration checked. */
  readonly setup: (config: z.output<Config>, context: ConnectorContext) => Offer | Promise<Offer>;
}

/** A connector whose types have been checked and are of no more use. */
export interface Connector {
  readonly name: string;
  readonly title: string | undefined;
  readonly version: string;
  readonly instructions: string | undefined;
  /** JSON Schema of its configuration. */
  readonly configSchema: JsonObject;
  /** @throws {ToolFailure} the configuration is wrong; what `setup` throws. */
  readonly setup: (config: unknown, context: ConnectorContext) => Promise<Offer>;
}

/** A failure that a person or a model can do something about: the sentence says what is wrong, with the value, and the way out. */
export class ToolFailure extends Error {
  override readonly name = "ToolFailure";
}

/** Makes a connector of its definition. @throws {RangeError} where its name is no name. */
export function defineConnector<Config extends z.ZodType>(definition: ConnectorDefinition<Config>): Connector {
  const { name, title, version = "0.0.0", instructions, config, setup } = definition;
  checkName("connector", name);
  return {
    name,
    title,
    version,
    instructions,
    configSchema: schemaOf(config),
    setup: async (given, context) => setup(checked(config, given, "configuration"), context),
  };
}

/** Makes a tool of its definition. @throws {RangeError} where its name is no name, or what is expected of it no length. */
export function tool<Input extends z.ZodObject, Output extends z.ZodType = z.ZodNever>(
  definition: ToolDefinition<Input, Output>,
): Tool {
  const { name, title, description, input, output, annotations, withinMs, run } = definition;
  checkName("tool", name);
  if (withinMs !== undefined && !(withinMs >= 1 && withinMs <= longestWithinMs)) {
    throw new RangeError(
      `withinMs of the tool ${name} must be a number of ms from 1 to ${longestWithinMs}, got ${withinMs}`,
    );
  }
  return {
    name,
    definition: {
      name,
      ...(title !== undefined && { title }),
      description,
      inputSchema: schemaOf(input),
      ...(output !== undefined && { outputSchema: schemaOf(output, "output") }),
      ...(annotations !== undefined && { annotations }),
      ...(withinMs !== undefined && { _meta: { [withinKey]: withinMs } }),
    },
    run: async (args, call, server) => resultOf(await run(checked(input, args, "arguments"), call), server),
  };
}

/**
 * The same tools in a group: operators switch a group on and off as one, and people see which tools belong together. The group `core` is always on.
 * A tool is in one group. @throws {RangeError} where the group's name is no name.
 */
export function inGroup(group: string, tools: readonly Tool[]): readonly Tool[] {
  checkName("group", group);
  return tools.map((each) => {
    const meta = { ...objectAt(each.definition, "_meta"), [groupKey]: group };
    return { ...each, definition: { ...each.definition, _meta: meta } };
  });
}

function checkName(what: string, name: string): void {
  if (/^[A-Za-z0-9_.-]{1,64}$/.test(name)) return;
  throw new RangeError(`A ${what}'s name must be 1 to 64 letters, digits, _, - or ., got ${JSON.stringify(name)}`);
}

function schemaOf(schema: z.ZodType, io: "input" | "output" = "input"): JsonObject {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io });
  return rest;
}

/** Problems that are told of one value; who has more has something else entirely. */
const maxTold = 10;

function checked<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.output<Schema> {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const told = read.error.issues
    .slice(0, maxTold)
    .map(({ path, message }) => `${path.length === 0 ? what : path.join(".")}: ${message}`);
  throw new ToolFailure(`The ${what} ${what.endsWith("s") ? "are" : "is"} wrong. ${told.join("; ")}`);
}

function resultOf(answer: ToolAnswer<unknown>, server: JsonObject | undefined): Payload {
  if (typeof answer === "string") return complete({ content: contentOf(answer) });
  if ("structuredText" in answer) {
    const { _meta, ...terms } = termsOf(answer);
    const meta = { ..._meta, ...(server && { [metaKeys.serverInfo]: server }) };
    const before = JSON.stringify({ ...terms, content: contentOf(answer.content) });
    // So it says all that such a result has to say, and where it is looked for first: nobody need go through it for that.
    const behind = JSON.stringify({ ...completeKind, ...(Object.keys(meta).length > 0 && { _meta: meta }) });
    return Payload.ofParts(
      Buffer.from(`${before.slice(0, -1)},"structuredContent":`),
      answer.structuredText.map(bufferOf),
      Buffer.from(`,${behind.slice(1)}`),
    );
  }
  if (!("structured" in answer)) return complete({ content: answer });
  const { structured, content = JSON.stringify(structured) } = answer;
  return complete({ ...termsOf(answer), content: contentOf(content), structuredContent: structured });
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** See MCP 2026-07-28, schema, ResultType. */
const completeKind = { resultType: "complete" } as const;

function complete(result: JsonObject): Payload {
  return Payload.of({ ...completeKind, ...result });
}

function contentOf(content: readonly Content[] | string): readonly JsonObject[] {
  return typeof content === "string" ? [{ type: "text", text: content }] : content;
}

/** MCP 2026-07-28, server/utilities/caching: what is said of results that may be kept, and understood by the gateway for those of tools. */
function termsOf({ uses, isPrivate = false }: AnswerTerms): JsonObject & { readonly _meta?: JsonObject } {
  return { ...(isPrivate && { cacheScope: "private" }), ...(uses && { _meta: { [usesKey]: uses } }) };
}
