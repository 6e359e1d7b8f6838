import { isRole } from "../access/principal.ts";
import { GatewayError } from "../core/errors.ts";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../core/json.ts";
import { contentIn } from "../prompts/content.ts";
import type { PromptSums } from "../prompts/prompt-store.ts";
import type { Template, TemplateOrigin, TemplateStatus, TemplateVersion, VersionHead } from "../prompts/template.ts";
import { parsed } from "./parsed.ts";

/** The template that a row says; undefined where it says none that this version knows. */
export function templateIn(detail: unknown): Template | undefined {
  const value = parsed(detail);
  if (!isJsonObject(value)) return undefined;
  const { role } = value;
  const name = stringAt(value, "name");
  const status = statusIn(objectAt(value, "status") ?? {});
  const origin = originIn(value["origin"]);
  const [latest, revision] = [numberAt(value, "latest"), numberAt(value, "revision")];
  const [createdAt, changedAt] = [numberAt(value, "createdAt"), numberAt(value, "changedAt")];
  if (name === undefined || status === undefined || latest === undefined || revision === undefined) return undefined;
  // What was kept from some must not be shown to all, because this version does not know the role.
  if (createdAt === undefined || changedAt === undefined || (role !== undefined && !isRole(role))) return undefined;
  const more = { ...(role !== undefined && { role }), ...(origin !== undefined && { origin }) };
  return { name, status, latest, revision, createdAt, changedAt, ...more };
}

/** Likewise of a version of a template all but what it says. */
export function headIn(detail: unknown): VersionHead | undefined {
  const value = parsed(detail);
  return isJsonObject(value) ? headOf(value) : undefined;
}

function headOf(value: JsonObject): VersionHead | undefined {
  const [number, at, by] = [numberAt(value, "number"), numberAt(value, "at"), stringAt(value, "by")];
  const note = stringAt(value, "note");
  if (number === undefined || at === undefined || by === undefined) return undefined;
  return { number, at, by, ...(note !== undefined && { note }) };
}

/** Likewise the whole version. */
export function versionIn(detail: unknown): TemplateVersion | undefined {
  const value = parsed(detail);
  const head = isJsonObject(value) ? headOf(value) : undefined;
  if (!isJsonObject(value) || head === undefined) return undefined;
  try {
    return { ...head, content: contentIn(value["content"]) };
  } catch (thrown) {
    // Written by a version that knows more, or by hand: it is not offered.
    if (thrown instanceof GatewayError) return undefined;
    throw thrown;
  }
}

/** What a row says of the uses of a version. */
export function versionUseIn(row: JsonObject): PromptSums["versions"][number] | undefined {
  const [upstream, prompt, version] = [stringAt(row, "upstream"), stringAt(row, "prompt"), stringAt(row, "version")];
  const [count, lastAt] = [numberAt(row, "count"), numberAt(row, "last_at")];
  if (upstream === undefined || prompt === undefined || version === undefined) return undefined;
  return count === undefined || lastAt === undefined ? undefined : { upstream, prompt, version, count, lastAt };
}

/** What a row says of the uses of a day. */
export function dayUseIn(row: JsonObject): PromptSums["days"][number] | undefined {
  const [upstream, prompt, day] = [stringAt(row, "upstream"), stringAt(row, "prompt"), stringAt(row, "day")];
  const count = numberAt(row, "count");
  if (upstream === undefined || prompt === undefined || day === undefined || count === undefined) return undefined;
  return { upstream, prompt, day, count };
}

function statusIn(value: JsonObject): TemplateStatus | undefined {
  const { kind } = value;
  if (kind === "draft" || kind === "archived") return { kind };
  const version = numberAt(value, "version");
  return kind === "published" && version !== undefined ? { kind, version } : undefined;
}

function originIn(value: unknown): TemplateOrigin | undefined {
  if (!isJsonObject(value)) return undefined;
  const [upstream, prompt, at] = [stringAt(value, "upstream"), stringAt(value, "prompt"), numberAt(value, "at")];
  const version = stringAt(value, "version");
  if (upstream === undefined || prompt === undefined || at === undefined) return undefined;
  return { upstream, prompt, at, ...(version !== undefined && { version }) };
}

function numberAt(value: JsonObject, key: string): number | undefined {
  const found = value[key];
  return typeof found === "number" ? found : undefined;
}
