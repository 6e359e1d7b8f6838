import { systemClock } from "../core/clock.ts";
import { GatewayError, messageOf, toGatewayError } from "../core/errors.ts";
import { type JsonObject, objectAt, stringAt } from "../core/json.ts";
import { callerKey } from "../gateway/caller-key.ts";
import { templateMatcher } from "../gateway/uri-template.ts";
import { hookCapability, hookMethod } from "../protocol/hook.ts";
import { answerText, errorText, messagesIn, notificationText } from "../protocol/frame.ts";
import { HandedResult } from "../protocol/handed-result.ts";
import { type Message, type RequestId, isRequestId } from "../protocol/json-rpc.ts";
import { Payload } from "../protocol/payload.ts";
import { metaKeys } from "../protocol/rev-2026-07-28/meta.ts";
import { modernRevisions } from "../protocol/revision.ts";
import type { Channel } from "../transport/channel.ts";
import {
  type Connector,
  type Hook,
  type Offer,
  type Prompt,
  type PromptMessage,
  type Resource,
  type Tool,
  ToolFailure,
} from "./connector.ts";
import { HookInbox } from "./hook-inbox.ts";
import { Subscriptions, changesBetween } from "./subscriptions.ts";

const invalidParams = -32602;
const methodNotFound = -32601;
const internalError = -32603;

/** A failure with the JSON-RPC error that says so. */
class Refusal extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** What a connector is told, and from which folder relative paths in it are meant. */
interface Setting {
  readonly config: unknown;
  readonly folder: string;
}

/**
 * One connector as an MCP server of 2026-07-28 on one channel, for as long as that is open.
 *
 * It is set up at once; requests wait for that, and fail with what it failed with.
 */
export class ConnectorServer {
  readonly #connector: Connector;
  readonly #channel: Channel;
  readonly #closing = new AbortController();
  readonly #running = new Map<RequestId, AbortController>();
  readonly #subscriptions: Subscriptions;
  readonly #ready: Promise<void>;
  #offer: Offer = {};
  #inbox: HookInbox | undefined;
  #matchers: readonly { readonly resource: Resource; readonly matches: (uri: string) => boolean }[] = [];

  constructor(connector: Connector, { config, folder }: Setting, channel: Channel) {
    this.#connector = connector;
    this.#channel = channel;
    this.#subscriptions = new Subscriptions((method, params) => {
      this.#send(notificationText(method, params));
    });
    this.#ready = this.#setUp(config, folder);
    this.#ready.catch(() => undefined);
    channel.start({
      frame: (frame) => {
        for (const message of messagesIn(frame)) this.#take(message);
      },
      noise: () => undefined,
      ended: () => void this.#close(),
    });
  }

  async #setUp(config: unknown, folder: string): Promise<void> {
    const { signal } = this.#closing;
    const offer = await this.#connector.setup(config, {
      signal,
      folder,
      offer: (next) => {
        const { close } = this.#offer;
        this.#become({ ...next, ...(close && { close }) });
      },
      changed: (uses, problems = [], entities = []) => {
        this.#subscriptions.changed(uses, problems, entities);
      },
      resourceChanged: (uri) => {
        this.#subscriptions.resourceChanged(uri);
      },
    });
    this.#inbox = offer.hook && this.#inboxOf(offer.hook);
    if (signal.aborted) await offer.close?.();
    else this.#become(offer);
  }

  #inboxOf(hook: Hook): HookInbox {
    return new HookInbox(hook, {
      clock: systemClock,
      signal: this.#closing.signal,
      failed: (problem) => {
        this.#subscriptions.changed([], [problem], []);
      },
    });
  }

  #become(offer: Offer): void {
    const before = this.#offer;
    this.#offer = offer;
    this.#matchers = (offer.resources ?? [])
      .filter(({ uri }) => uri.includes("{"))
      .map((resource) => ({ resource, matches: templateMatcher(resource.uri) }));
    this.#subscriptions.listsChanged(changesBetween(before, offer));
  }

  #take(message: Message): void {
    if (message.kind === "notification" && message.method === "notifications/cancelled") {
      const id = message.params?.["requestId"];
      if (isRequestId(id)) this.#running.get(id)?.abort(new GatewayError("cancelled", "The caller cancelled"));
    }
    if (message.kind === "request") void this.#answer(message.id, message.method, message.params ?? {});
  }

  async #answer(id: RequestId, method: string, params: JsonObject): Promise<void> {
    const controller = new AbortController();
    this.#running.set(id, controller);
    try {
      await this.#ready;
      const result = await this.#resultOf(id, method, params, controller.signal);
      const whole = result instanceof Payload ? result : Payload.of({ resultType: "complete", ...result });
      if (!controller.signal.aborted) this.#sendResult(id, whole);
    } catch (thrown) {
      if (controller.signal.aborted) return;
      const code = thrown instanceof Refusal ? thrown.code : internalError;
      this.#send(errorText(id, { code, message: messageOf(thrown) }));
    } finally {
      this.#running.delete(id);
    }
  }

  #resultOf(
    id: RequestId,
    method: string,
    params: JsonObject,
    signal: AbortSignal,
  ): Promise<JsonObject | Payload> | JsonObject {
    switch (method) {
      case "server/discover":
        return this.#discovered();
      case "tools/list":
        return { tools: (this.#offer.tools ?? []).map(({ definition }) => definition), ...unpromised };
      case "tools/call":
        return this.#callTool(params, signal);
      case "resources/list":
        return { resources: this.#resources().map(shownResource), ...unpromised };
      case "resources/templates/list":
        return {
          resourceTemplates: this.#matchers.map(({ resource }) => shownTemplate(resource)),
          ...unpromised,
        };
      case "resources/read":
        return this.#readResource(params, signal);
      case "prompts/list":
        return { prompts: (this.#offer.prompts ?? []).map(shownPrompt), ...unpromised };
      case "prompts/get":
        return this.#getPrompt(params);
      case "subscriptions/listen":
        return this.#subscriptions.listen(id, objectAt(params, "notifications") ?? {}, signal);
      case hookMethod:
        return { verdict: this.#inbox?.receive(params) ?? "refused" };
      default:
        throw new Refusal(methodNotFound, `Method not found: ${method}`);
    }
  }

  #discovered(): JsonObject {
    const { instructions } = this.#connector;
    return {
      supportedVersions: modernRevisions,
      capabilities: {
        tools: { listChanged: true },
        prompts: { listChanged: true },
        resources: { listChanged: true, subscribe: true },
        ...(this.#inbox && { experimental: { [hookCapability]: { headers: this.#inbox.headers } } }),
      },
      ...(instructions !== undefined && { instructions }),
      ...unpromised,
      _meta: { [metaKeys.serverInfo]: this.#info },
    };
  }

  /** What it calls itself. */
  get #info(): JsonObject {
    const { name, title, version } = this.#connector;
    return { name, ...(title !== undefined && { title }), version };
  }

  #resources(): readonly Resource[] {
    return (this.#offer.resources ?? []).filter(({ uri }) => !uri.includes("{"));
  }

  async #callTool(params: JsonObject, signal: AbortSignal): Promise<JsonObject | Payload> {
    const name = stringAt(params, "name");
    const tool = this.#offer.tools?.find((each) => each.name === name);
    if (tool === undefined) throw new Refusal(invalidParams, `There is no tool ${JSON.stringify(name ?? "")}`);
    try {
      const call = {
        signal,
        caller: callerIn(params),
        progress: progressFor(params, (method, told) => {
          if (!signal.aborted) this.#send(notificationText(method, told));
        }),
      };
      return await tool.run(objectAt(params, "arguments") ?? {}, call, this.#info);
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      return failed(thrown, tool);
    }
  }

  async #readResource(params: JsonObject, signal: AbortSignal): Promise<JsonObject> {
    const uri = stringAt(params, "uri") ?? "";
    const resource =
      this.#resources().find((each) => each.uri === uri) ??
      this.#matchers.find(({ matches }) => matches(uri))?.resource;
    const content = await resource?.read(uri, signal, callerIn(params));
    if (resource === undefined || content === undefined) {
      throw new Refusal(invalidParams, `There is no resource ${JSON.stringify(uri)}`);
    }
    const { mimeType = resource.mimeType, text, bytes, isPrivate = false } = content;
    return {
      contents: [
        {
          uri,
          ...(mimeType !== undefined && { mimeType }),
          ...(bytes === undefined ? { text: text ?? "" } : { blob: Buffer.from(bytes).toString("base64") }),
        },
      ],
      ...unpromised,
      ...(isPrivate && { cacheScope: "private" }),
    };
  }

  async #getPrompt(params: JsonObject): Promise<JsonObject> {
    const name = stringAt(params, "name");
    const prompt = this.#offer.prompts?.find((each) => each.name === name);
    if (prompt === undefined) throw new Refusal(invalidParams, `There is no prompt ${JSON.stringify(name ?? "")}`);
    const messages = await messagesOf(prompt, promptArguments(prompt, objectAt(params, "arguments") ?? {}));
    return { ...(prompt.description !== undefined && { description: prompt.description }), messages };
  }

  #sendResult(id: RequestId, result: Payload): void {
    const { hand } = this.#channel;
    if (hand === undefined) this.#send(answerText(id, { kind: "result", result }));
    else {
      // As text: a value may be something of the connector's that is another one later.
      const handed = result.isText ? result : Payload.ofText(result.text);
      this.#whileOpen(() => {
        hand(new HandedResult(id, handed));
      });
    }
  }

  #send(frame: string | Buffer): void {
    this.#whileOpen(() => {
      this.#channel.send(frame);
    });
  }

  #whileOpen(send: () => void): void {
    if (this.#closing.signal.aborted) return;
    try {
      send();
    } catch (thrown) {
      // The channel is over, which `ended` says; what was to be said has nobody to hear it.
      if (toGatewayError(thrown).code !== "upstream_unavailable") throw thrown;
    }
  }

  async #close(): Promise<void> {
    const reason = new GatewayError("shutting_down", "The connector is stopping");
    this.#closing.abort(reason);
    for (const controller of this.#running.values()) controller.abort(reason);
    await this.#offer.close?.();
  }
}

/** What is listed may change at any moment, and whoever listens is told. */
const unpromised = { ttlMs: 0, cacheScope: "public" } as const;

function shownResource(resource: Resource): JsonObject {
  const { read: _, ...shown } = resource;
  return shown;
}

function shownTemplate(resource: Resource): JsonObject {
  const { uri, read: _, ...shown } = resource;
  return { ...shown, uriTemplate: uri };
}

function shownPrompt(prompt: Prompt): JsonObject {
  const { text: _, messages: __, ...shown } = prompt;
  return shown;
}

function failed(thrown: unknown, { name }: Tool): JsonObject {
  const text = thrown instanceof ToolFailure ? thrown.message : `The tool ${name} has a defect: ${messageOf(thrown)}`;
  return { content: [{ type: "text", text }], isError: true };
}

/** Who asks. What a caller says of that itself does not come this far. */
function callerIn(params: JsonObject): string | undefined {
  return stringAt(objectAt(params, "_meta") ?? {}, callerKey);
}

/** Progress that does not go back, as the specification wants it (2026-07-28, basic/utilities/progress). */
function progressFor(
  params: JsonObject,
  send: (method: string, params: JsonObject) => void,
): (done: number, total?: number, message?: string) => void {
  const token = objectAt(params, "_meta")?.["progressToken"];
  let last = Number.NEGATIVE_INFINITY;
  return (progress, total, message) => {
    if (!isRequestId(token) || progress <= last) return;
    last = progress;
    send("notifications/progress", {
      progressToken: token,
      progress,
      ...(total !== undefined && { total }),
      ...(message !== undefined && { message }),
    });
  };
}

async function messagesOf(prompt: Prompt, given: Readonly<Record<string, string>>): Promise<readonly PromptMessage[]> {
  try {
    if (prompt.messages !== undefined) return await prompt.messages(given);
    return [{ role: "user", content: { type: "text", text: await prompt.text(given) } }];
  } catch (thrown) {
    if (thrown instanceof ToolFailure) throw new Refusal(invalidParams, thrown.message);
    throw thrown;
  }
}

function promptArguments(prompt: Prompt, given: JsonObject): Record<string, string> {
  const args: Record<string, string> = {};
  for (const { name, required } of prompt.arguments ?? []) {
    const value = given[name];
    if (typeof value === "string") args[name] = value;
    else if (required === true)
      throw new Refusal(invalidParams, `The prompt ${prompt.name} needs the argument ${name}`);
  }
  return args;
}
