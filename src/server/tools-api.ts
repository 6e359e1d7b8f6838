import { GatewayError } from "../core/errors.ts";
import { stringAt } from "../core/json.ts";
import type { Entry } from "../gateway/entry.ts";
import type { View } from "../gateway/view.ts";
import { groupIn } from "../protocol/definition-meta.ts";
import { decoded } from "./address.ts";
import type { ApiDeps } from "./api-deps.ts";
import type { Exchange } from "./endpoint.ts";
import { queryIn } from "./query.ts";
import { answerJson } from "./reply.ts";

/** Tools in one answer: what is usual, and the most. */
const pageSizes = { usual: 100, most: 1000 } as const;

/**
 * Answers with the tools that whoever asks may use, by name: a page of them, of those that have every word of `search` in their name, title or
 * description, and belong to `upstream`, where these are said.
 *
 * @throws {GatewayError} `invalid_params` — `limit` is no number from 1 to 1000.
 */
export function answerTools({ request, response, deps, visitor }: Exchange<ApiDeps>): void {
  const { search = "", upstream, limit: wanted = String(pageSizes.usual), after = "" } = queryIn(request);
  const limit = /^\d{1,4}$/.test(wanted) ? Number(wanted) : 0;
  if (limit < 1 || limit > pageSizes.most) {
    const message = `limit must be a whole number from 1 to ${pageSizes.most}, got ${JSON.stringify(wanted.slice(0, 50))}`;
    throw new GatewayError("invalid_params", message);
  }
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = viewOf(deps, visitor)
    .entries("tools")
    .filter((entry) => (upstream === undefined || entry.upstream.name === upstream) && hasWords(entry, words));
  const rest = found.filter(({ exposed }) => exposed > after);
  const page = rest.slice(0, limit);
  answerJson(response, {
    tools: page.map(shortTool),
    total: found.length,
    next: rest.length > page.length ? page.at(-1)?.exposed : undefined,
  });
}

/**
 * Answers with one tool whole: what MCP lists of it, and whose it is.
 *
 * @throws {GatewayError} `route_not_found` — there is none of this name that whoever asks may use.
 */
export function answerTool({ response, path, deps, visitor }: Exchange<ApiDeps>): void {
  const name = decoded(path.slice("/api/tools/".length));
  const entry = viewOf(deps, visitor).find("tools", name);
  if (entry === undefined) {
    throw new GatewayError("route_not_found", `There is no tool ${JSON.stringify(name.slice(0, 100))}`, {
      data: { suggestion: "`GET /api/tools` lists those that you may use." },
    });
  }
  answerJson(response, { ...shortTool(entry), definition: entry.definition });
}

function viewOf({ gateway }: ApiDeps, { principal }: Exchange<ApiDeps>["visitor"]): View {
  return gateway.view({ kind: "all" }, principal.rights);
}

function hasWords({ exposed, definition }: Entry, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const text = `${exposed}\n${titleOf(definition) ?? ""}\n${stringAt(definition, "description") ?? ""}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

function shortTool({ exposed, definition, described, upstream, name, isReading, from }: Entry): object {
  return {
    name: exposed,
    upstream: upstream.name,
    tool: name,
    title: titleOf(definition),
    description: stringAt(definition, "description"),
    isReading,
    from,
    group: groupIn(described),
    state: upstream.state.kind,
  };
}

function titleOf(definition: Entry["definition"]): string | undefined {
  return stringAt(definition, "title");
}
