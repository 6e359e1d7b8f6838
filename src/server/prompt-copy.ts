import type { ServerResponse } from "node:http";
import { GatewayError } from "../core/errors.ts";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../core/json.ts";
import { dispatch } from "../gateway/dispatch.ts";
import type { Entry } from "../gateway/entry.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { Inbound } from "../gateway/inbound.ts";
import type { SaveWish } from "../prompts/prompts.ts";
import { withoutPlaces } from "../prompts/render.ts";
import { versionIn } from "../protocol/definition-meta.ts";
import { newest } from "../protocol/revision.ts";
import type { Visitor } from "./visitor.ts";

/** Who copies, and where the answer goes: who hangs up ends the call. */
interface Copying {
  readonly gateway: Gateway;
  readonly visitor: Visitor;
  readonly response: ServerResponse;
}

/**
 * A template of an upstream's prompt: the prompt is asked for, as a call of whoever copies it, with a place for each argument as its value, so that
 * what comes back has the places where the values go. What is in `given` is asked for as it is, and is no argument of the template; so is what
 * an upstream would leave out for such a value.
 *
 * @throws {GatewayError} `unknown_prompt`, and what the call fails with; `invalid_params` — the prompt has no texts.
 */
export async function copiedPrompt(
  copying: Copying,
  exposed: string,
  given: Readonly<Record<string, string>>,
): Promise<SaveWish> {
  const { gateway, visitor } = copying;
  // Whose arguments are not known yet would be asked for without them.
  await gateway.settled;
  const entry = gateway.view({ kind: "all" }, visitor.principal.rights).find("prompts", exposed);
  const args = listed(entry?.definition ?? {}, "arguments").filter((each) => !Object.hasOwn(given, nameOf(each)));
  const places = Object.fromEntries(args.map((each) => [nameOf(each), `{{${nameOf(each)}}}`]));
  const result = await asked(copying, { name: exposed, arguments: { ...places, ...given } });
  const names = new Set(Object.keys(places));
  const messages = listed(result, "messages").flatMap((message) => {
    const { type, text } = objectAt(message, "content") ?? {};
    const said = type === "text" && typeof text === "string" ? withoutPlaces(text, names) : "";
    return said.trim() === "" ? [] : [{ role: message["role"], text: said }];
  });
  const note = `Copied from ${exposed}`;
  return {
    content: { ...wordsOf(entry), arguments: args.map(argumentOf), messages },
    note,
    ...originOf(entry, copying),
  };
}

function wordsOf(entry: Entry | undefined): object {
  const { definition = {} } = entry ?? {};
  return {
    title: stringAt(definition, "title") ?? entry?.name.slice(0, 200),
    description: stringAt(definition, "description")?.slice(0, 2000),
    category: entry?.upstream.name,
  };
}

function originOf(entry: Entry | undefined, { gateway }: Copying): Pick<SaveWish, "origin"> {
  if (entry === undefined) return {};
  const { upstream, name, definition } = entry;
  const version = versionIn(definition);
  const at = gateway.deps.clock.now();
  return { origin: { upstream: upstream.name, prompt: name, at, ...(version !== undefined && { version }) } };
}

function argumentOf(argument: JsonObject): object {
  const description = stringAt(argument, "description")?.slice(0, 2000);
  return { name: nameOf(argument), description, required: argument["required"] === true };
}

function nameOf(argument: JsonObject): string {
  return stringAt(argument, "name") ?? "";
}

function listed(object: JsonObject, member: string): readonly JsonObject[] {
  const value: unknown = object[member];
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

async function asked(
  { gateway, visitor: { principal, address }, response }: Copying,
  params: JsonObject,
): Promise<JsonObject> {
  const controller = new AbortController();
  response.on("close", () => {
    if (!response.writableFinished) controller.abort(new GatewayError("cancelled", "The caller hung up"));
  });
  const inbound: Inbound = {
    route: { kind: "all" },
    codec: gateway.deps.codecs[newest.legacy],
    method: "prompts/get",
    params,
    session: undefined,
    caller: { info: undefined, capabilities: {} },
    controller,
    notify: () => undefined,
    principal,
    origin: { entrance: "rest", address },
    bytes: undefined,
    ask: undefined,
  };
  const stay = principal.tenure.during((reason) => {
    controller.abort(reason);
  });
  const { answer, failure } = await dispatch(gateway, inbound, 0);
  stay();
  if (failure !== undefined) throw failure;
  if (answer.kind === "result") return answer.result.value;
  throw new GatewayError("upstream_error", `The upstream answered with an error: ${answer.error.message}`);
}
