import type { IncomingMessage, ServerResponse } from "node:http";
import { isRole, roles } from "../access/principal.ts";
import { GatewayError, toGatewayError } from "../core/errors.ts";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../core/json.ts";
import { ownName } from "../gateway/names.ts";
import { contentIn } from "../prompts/content.ts";
import { rendered } from "../prompts/render.ts";
import type { SaveWish } from "../prompts/prompts.ts";
import { type Template, type TemplateVersion, promptsUpstream } from "../prompts/template.ts";
import { decoded } from "./address.ts";
import type { ApiDeps } from "./api-deps.ts";
import { parsedBody, readBody } from "./body.ts";
import type { Exchange } from "./endpoint.ts";
import { checkOperator, tellOperation } from "./operator-request.ts";
import { copiedPrompt } from "./prompt-copy.ts";
import { answerJson, refuse } from "./reply.ts";
import {
  type OtherPrompt,
  type ShownTemplate,
  type WholeTemplate,
  otherPrompts,
  shownTemplate,
  wholeTemplate,
} from "./shown-prompts.ts";

type Served = Exchange<ApiDeps>;

/** What can be done to a template, by the last part of the address. */
export const promptOperations = ["publish", "archive", "restore", "role", "copy"] as const;

type PromptOperation = (typeof promptOperations)[number];

/** What {@link answerPrompts} answers with. */
export interface PromptsAnswer {
  readonly templates: readonly ShownTemplate[];
  readonly others: readonly OtherPrompt[];
  /** Why none of the templates is offered, where that is so. */
  readonly problem?: string;
}

/** Answers with every template, and the prompts of upstreams that whoever asks may use; each with how often it was used. */
export function answerPrompts({ response, deps, visitor }: Served): void {
  const { prompts, promptUses, gateway } = deps;
  const usageOf = promptUses.read();
  const isNameTaken = gateway.upstreams.some(
    ({ name, options: { target } }) => name === promptsUpstream && target.kind !== "channel",
  );
  const answer: PromptsAnswer = {
    templates: prompts.list().map((held) => shownTemplate(held, usageOf)),
    others: otherPrompts(gateway, visitor.principal.rights, usageOf),
    // A configured upstream of that name comes first, and then nothing that is published here is offered.
    ...(isNameTaken && { problem: `A server in the configuration is called ${promptsUpstream}; call it otherwise` }),
  };
  answerJson(response, answer);
}

/** Answers with one template: what its last version says, and all that are kept. @throws {GatewayError} `prompt_not_found`. */
export function answerPrompt({ response, path, deps }: Served): void {
  answerJson(response, whole(deps, nameIn(path)));
}

/** Answers with one version. @throws {GatewayError} `prompt_not_found`. */
export function answerPromptVersion({ response, path, deps: { prompts } }: Served): void {
  const [, name = "", number = ""] = /^\/api\/prompts\/([^/]+)\/versions\/([^/]+)$/.exec(path) ?? [];
  answerJson(response, prompts.version(decoded(name), Number(number)));
}

/** Saves a version: `{"content", "note"?, "seen"?, "publish"?, "role"?}`; `role` null is any. Answers as {@link answerPrompt}. */
export function savePrompt(exchange: Served): void {
  const name = nameIn(exchange.path);
  withBody(exchange, ["content", "note", "seen", "publish", "role"], (body) => {
    const { prompts } = exchange.deps;
    const { content, note, seen, publish = false } = body;
    if (note !== undefined && typeof note !== "string") throw wrong("note must be a text");
    if (typeof publish !== "boolean") throw wrong("publish must be true or false");
    if (seen !== undefined && (typeof seen !== "number" || !Number.isInteger(seen) || seen < 0)) {
      throw wrong("seen must be the number of the version that this one was made from, 0 for a new template");
    }
    const role = body["role"] === null ? null : roleIn(body["role"]);
    prompts.save(exchange.visitor.principal.id, name, { content, note, seen, isPublished: publish, role });
    return done(exchange, name, publish ? "publish_prompt" : "save_prompt");
  });
}

/** Forgets a template with its versions. @throws {GatewayError} `prompt_not_found`. */
export function removePrompt(exchange: Served): void {
  const { request, response, path, deps, visitor } = exchange;
  checkOperator(request, visitor);
  const name = nameIn(path);
  deps.prompts.remove(name);
  tellOperation(deps.gateway, visitor, { operation: "remove_prompt", about: [`prompt ${name}`] });
  answerJson(response, { removed: name });
}

/** Does one of {@link promptOperations} to a template. Answers as {@link answerPrompt}. */
export function operatePrompt(exchange: Served): void {
  const { path } = exchange;
  const name = nameIn(path);
  const operation = promptOperations.find((each) => path.endsWith(`/${each}`)) ?? "publish";
  withBody(exchange, membersOf[operation], async (body) => {
    await operate(exchange, name, operation, body);
    return done(exchange, name, `${operation}_prompt`);
  });
}

const membersOf: Readonly<Record<PromptOperation, readonly string[]>> = {
  publish: ["version"],
  archive: [],
  restore: ["version"],
  role: ["role"],
  copy: ["prompt", "arguments"],
};

async function operate(
  { deps, visitor, response }: Served,
  name: string,
  operation: PromptOperation,
  body: JsonObject,
): Promise<void> {
  const { prompts, gateway } = deps;
  const { principal } = visitor;
  switch (operation) {
    case "publish":
      prompts.publish(name, body["version"] === undefined ? undefined : versionIn(body["version"]));
      return;
    case "archive":
      prompts.archive(name);
      return;
    case "restore":
      prompts.restore(principal.id, name, versionIn(body["version"]));
      return;
    case "role":
      prompts.limit(name, roleIn(body["role"]));
      return;
    case "copy": {
      const prompt = stringAt(body, "prompt");
      if (prompt === undefined) throw wrong("prompt must be the name of a prompt, upstream__prompt");
      const own = ownName(prompt);
      const offered = own?.upstream === promptsUpstream ? prompts.offered(own.name) : undefined;
      const wish =
        offered === undefined || own === undefined
          ? await copiedPrompt({ gateway, visitor, response }, prompt, textsIn(body))
          : copyOf(own.name, offered, gateway.deps.clock.now());
      prompts.save(principal.id, name, { ...wish, seen: 0 });
    }
  }
}

/** Of our own there is more to copy than what its callers are given. */
function copyOf(name: string, { number, content }: TemplateVersion, at: number): SaveWish {
  const origin = { upstream: promptsUpstream, prompt: name, version: String(number), at };
  return { content, note: `Copied from ${name}`, origin };
}

/** Renders what a template would say: `{"content", "arguments"?}`. Nothing is kept. */
export function previewPrompt(exchange: Served): void {
  withBody(exchange, ["content", "arguments"], (body) => ({
    messages: rendered(contentIn(body["content"]), textsIn(body)),
  }));
}

function done({ deps, visitor }: Served, name: string, operation: string): WholeTemplate {
  tellOperation(deps.gateway, visitor, { operation, about: [`prompt ${name}`] });
  return whole(deps, name);
}

function whole({ prompts, promptUses }: Pick<ApiDeps, "prompts" | "promptUses">, name: string): WholeTemplate {
  return wholeTemplate(prompts.show(name), prompts.versions(name), promptUses.read());
}

/** Reads the body, an object with no other members than these, and answers with what `run` makes of it. */
function withBody(
  { request, response, visitor }: { readonly request: IncomingMessage; readonly response: ServerResponse } & Served,
  members: readonly string[],
  run: (body: JsonObject) => object | Promise<object>,
): void {
  checkOperator(request, visitor);
  readBody(request, (read) => {
    const answer = async (): Promise<object> => {
      if (read instanceof GatewayError) throw read;
      const body = read.length === 0 ? {} : parsedBody(read);
      if (!isJsonObject(body)) throw wrong("The body must be a JSON object");
      const unknown = Object.keys(body).find((key) => !members.includes(key));
      if (unknown === undefined) return run(body);
      const known = members.length === 0 ? "there are none" : `there are ${members.join(", ")}`;
      throw wrong(`There is no member ${JSON.stringify(unknown.slice(0, 100))}; ${known}`);
    };
    answer().then(
      (body) => {
        answerJson(response, body);
      },
      (thrown: unknown) => {
        refuse(response, toGatewayError(thrown));
      },
    );
  });
}

function nameIn(path: string): string {
  return decoded(path.split("/")[3] ?? "");
}

function versionIn(value: unknown): number {
  if (typeof value === "number" && Number.isInteger(value) && value > 0) return value;
  throw wrong("version must be the number of a version, from 1");
}

function roleIn(value: unknown): Template["role"] {
  if (value === undefined || isRole(value)) return value;
  throw wrong(`role must be one of ${roles.join(", ")}, or left out`);
}

/** The arguments that a body gives, which are texts. */
function textsIn(body: JsonObject): Readonly<Record<string, string>> {
  if (body["arguments"] === undefined) return {};
  const given = objectAt(body, "arguments");
  const texts = Object.entries(given ?? {}).filter((each): each is [string, string] => typeof each[1] === "string");
  if (given === undefined || texts.length < Object.keys(given).length) {
    throw wrong("arguments must be an object with a text for each argument");
  }
  return Object.fromEntries(texts);
}

function wrong(message: string): GatewayError {
  return new GatewayError("invalid_params", message);
}
