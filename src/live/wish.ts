import { may } from "../access/actions.ts";
import type { Principal } from "../access/principal.ts";
import { Choice } from "../core/choice.ts";
import { GatewayError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { isMessageType } from "./messages.ts";
import { type Topic, isTopic, topicNames, topics } from "./topic.ts";
import type { Message } from "./translate.ts";

/** Patterns in one filter, and characters in one of them. */
const maxPatterns = 50;
const maxPatternLength = 200;

/** Which messages of a topic somebody wants. An empty list leaves nothing out. */
export interface Filter {
  /** Patterns, with `*` for any characters, of which one must fit; those after `!` are exceptions. */
  readonly upstream: readonly string[];
  readonly tool: readonly string[];
  readonly type: readonly string[];
}

/** What somebody wants to watch. */
export interface Wish {
  readonly topics: readonly Topic[];
  readonly filter: Filter;
  /** The id of the last message that somebody who comes back has; undefined for what happens from now on. */
  readonly since: string | undefined;
}

/** The topics that somebody may watch. */
export function topicsFor(principal: Principal): Topic[] {
  return topicNames.filter((topic) => topics[topic].from === "viewer" || may(principal, "watch_operation"));
}

/**
 * Reads a wish: `topics`, `upstream`, `tool` and `type`, each a text or a list of texts, and `since`.
 *
 * @throws {GatewayError} `invalid_params`; `forbidden` — a topic that is not for this role.
 */
export function wishIn(data: JsonObject, principal: Principal): Wish {
  const allowed = topicsFor(principal);
  const wanted = textsAt(data, "topics").map((name) => {
    if (!isTopic(name)) throw wrong(`There is no topic ${JSON.stringify(name)}; there are ${topicNames.join(", ")}`);
    if (allowed.includes(name)) return name;
    throw new GatewayError(
      "forbidden",
      `The role ${principal.role} may not watch ${name}; from operator on a role may`,
    );
  });
  const filter = { upstream: textsAt(data, "upstream"), tool: textsAt(data, "tool"), type: textsAt(data, "type") };
  const unknown = filter.type.find((name) => !/[*!]/.test(name) && !isMessageType(name));
  if (unknown !== undefined) throw wrong(`There is no type ${JSON.stringify(unknown)}; docs/events.md lists them`);
  const { since } = data;
  if (since !== undefined && typeof since !== "string") throw wrong("since must be the id of a message");
  return { topics: [...new Set(wanted)], filter, since };
}

/** What a filter lets through; undefined where that is everything. */
export function filtering({ upstream, tool, type }: Filter): ((message: Message) => boolean) | undefined {
  const checks = [
    ...(upstream.length === 0 ? [] : [fits(upstream, (message) => message.upstream)]),
    ...(tool.length === 0 ? [] : [fits(tool, (message) => message.tool)]),
    ...(type.length === 0 ? [] : [fits(type, (message) => message.type)]),
  ];
  return checks.length === 0 ? undefined : (message) => checks.every((check) => check(message));
}

function fits(
  patterns: readonly string[],
  of: (message: Message) => string | undefined,
): (message: Message) => boolean {
  const choice = new Choice(patterns);
  return (message) => {
    const text = of(message);
    return text !== undefined && choice.has(text);
  };
}

function textsAt(data: JsonObject, name: string): readonly string[] {
  const value = data[name] ?? [];
  const found: readonly unknown[] = Array.isArray(value) ? value : [value];
  const isFine = (each: unknown): each is string => typeof each === "string" && each.length <= maxPatternLength;
  if (found.length <= maxPatterns && found.every(isFine)) return found;
  throw wrong(
    `${name} must be a text or a list of at most ${maxPatterns} texts of at most ${maxPatternLength} characters`,
  );
}

function wrong(message: string): GatewayError {
  return new GatewayError("invalid_params", message);
}
