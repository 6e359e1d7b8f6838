import { isDeepStrictEqual } from "node:util";
import { withChosen } from "../core/choice.ts";
import { isRecord, valueAt } from "./content.ts";
import type { ConfigFormat } from "./document.ts";
import { checkEntry, edited, readServers, unknownServer } from "./edit.ts";

/**
 * The text of a config file with another entry for one server. What both entries say alike stays as it is written, and so do comments on
 * it, the order of keys and everything else.
 *
 * @throws {GatewayError} `usage` — there is no such server, or the entry is wrong; `invalid_config` — the text cannot be changed this way.
 */
export function changeServer(text: string, file: string, name: string, entry: unknown): string {
  const wanted = new Map<string, unknown>(Object.entries(checkEntry(name, entry)));
  return withEntry(text, file, name, (written) => [
    ...Object.keys(written)
      .filter((key) => !wanted.has(key))
      .map((key) => ({ key, value: undefined })),
    ...[...wanted]
      .filter(([key, value]) => !isDeepStrictEqual(written[key], value))
      .map(([key, value]) => ({ key, value })),
  ]);
}

/**
 * The text of a config file with one server disabled, or not. A server that is as wanted leaves the text as it is.
 *
 * @throws {GatewayError} as {@link changeServer}.
 */
export function switchServer(text: string, file: string, name: string, isEnabled: boolean): string {
  return withEntry(text, file, name, ({ disabled = false }) => {
    if (disabled === !isEnabled) return [];
    return [{ key: "disabled", value: isEnabled ? undefined : true }];
  });
}

/**
 * The text of a config file with one tool of a server disabled, or not; likewise.
 *
 * @throws {GatewayError} as {@link changeServer}.
 */
export function switchTool(text: string, file: string, name: string, tool: string, isEnabled: boolean): string {
  return withEntry(text, file, name, ({ disabledTools }) => {
    const patterns = Array.isArray(disabledTools) ? disabledTools.map(String) : [];
    const next = withChosen(patterns, tool, !isEnabled);
    return next === patterns ? [] : [{ key: "disabledTools", value: next.length === 0 ? undefined : next }];
  });
}

/**
 * The text of a config file with another role from which on one tool of a server may be used; undefined: any. Likewise.
 *
 * @throws {GatewayError} as {@link changeServer}.
 */
export function limitTool(text: string, file: string, name: string, tool: string, role: string | undefined): string {
  return withEntry(text, file, name, ({ tools }) => {
    const policies = isRecord(tools) ? tools : {};
    const own = policies[tool];
    const { role: before, ...rest } = isRecord(own) ? own : {};
    if (before === role) return [];
    const policy = role === undefined ? rest : { ...rest, role };
    const isGone = Object.keys(policy).length === 0;
    const isLast = Object.keys(policies).every((each) => each === tool);
    if (isLast) return [{ key: "tools", value: isGone ? undefined : { [tool]: policy } }];
    return [{ key: "tools", below: tool, value: isGone ? undefined : policy }];
  });
}

/** One key of an entry, or one below it, with what it is to be; undefined: not there. */
interface EntryChange {
  readonly key: string;
  readonly below?: string;
  readonly value: unknown;
}

function withEntry(
  text: string,
  file: string,
  name: string,
  changesOf: (written: Readonly<Record<string, unknown>>) => readonly EntryChange[],
): string {
  const { body, mark, servers, content } = readServers(text, file);
  const key = servers.find(({ names }) => names.includes(name))?.key;
  if (key === undefined) throw unknownServer(file, name, servers);
  const written = valueAt(content, [key, name]);
  const changes = changesOf(isRecord(written) ? written : {});
  return (
    mark + edited(file, (format) => changes.reduce((now, change) => changed(format, now, [key, name], change), body))
  );
}

function changed(
  format: ConfigFormat,
  text: string,
  entry: readonly string[],
  { key, below, value }: EntryChange,
): string {
  const path = [...entry, key, ...(below === undefined ? [] : [below])];
  return value === undefined ? format.withoutMember(text, path) : format.withValue(text, path, value);
}
