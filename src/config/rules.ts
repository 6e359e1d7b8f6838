import { connectorsApart } from "../connector/child-program.ts";
import { checkAuth } from "./auth.ts";
import { checkProfiles } from "./catalog-rules.ts";
import { isRecord, type Path, stringsIn } from "./content.ts";
import { checkAlerts } from "./alerts.ts";
import { nearest } from "./nearest.ts";
import { checkPolicies } from "./policy-rules.ts";
import type { Finding } from "./problem.ts";
import { hasMalformedReference, hasPrompt, hasReferences } from "./reference.ts";
import { isServersKey, knownKeysAt, serverName, serversKeys, urlTypes } from "./schema.ts";
import { nameTrouble, textKeyAt, textTrouble } from "./server-text.ts";
import { pathText, quoted } from "./shown.ts";

type Fields = Readonly<Record<string, unknown>>;

const stdioKeys = ["args", "env", "envFile", "cwd"] as const;
const measures = ["memoryMiB", "cpuPercent", "processes"] as const;
const referenceKeys: ReadonlySet<unknown> = new Set([
  "command",
  "url",
  "connector",
  "config",
  "headers",
  "oauth",
  ...stdioKeys,
]);

/** Checks what the schema cannot say: names, and rules that span keys. Looks past values of a wrong type. */
export function checkRules(content: unknown): readonly Finding[] {
  if (!isRecord(content)) return [];
  return [
    ...checkServersKey(content),
    ...serversKeys.flatMap((key) => checkServers([key], content[key])),
    ...checkProfiles(content),
    ...checkAuth(content),
    ...checkAlerts(content["alerts"]),
  ];
}

function checkServersKey(content: Fields): readonly Finding[] {
  if (!serversKeys.every((key) => Object.hasOwn(content, key))) return [];
  return [{ path: ["servers"], message: "servers and mcpServers mean the same; a file has only one of them" }];
}

function checkServers(path: Path, servers: unknown): readonly Finding[] {
  if (!isRecord(servers)) return [];
  const names = Object.keys(servers);
  return Object.entries(servers).flatMap(([name, entry]) => {
    const here = [...path, name];
    const ofEntry = isRecord(entry) ? [checkServer(here, entry), checkPolicies(here, name, entry, names)] : [];
    return [checkName(here, name), ...ofEntry].flat();
  });
}

function checkName(path: Path, name: string): readonly Finding[] {
  if (serverName.test(name)) return [];
  const better = usableName(name);
  const advice = better === undefined ? "" : `; rename it to ${quoted(better)}`;
  const message = `${pathText(path)}: a server's name is 1 to 64 letters, digits, ".", "_" and "-", begins with a letter or a digit, has no "__" and does not end with "_"${advice}`;
  return [{ path, message }];
}

/** A name like this one that a server may have; `undefined` where nothing of it can stay. */
export function usableName(name: string): string | undefined {
  const better = name
    .trim()
    .replaceAll(/[^A-Za-z0-9._-]+/g, "-")
    .replaceAll(/_{2,}/g, "_")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, 64)
    .replace(/[_-]+$/, "");
  return serverName.test(better) ? better : undefined;
}

function checkServer(path: Path, entry: Fields): readonly Finding[] {
  return [
    ...checkKind(path, entry),
    ...checkNames(path, entry),
    ...stringsIn(entry, path).flatMap(({ path: at, text }) => checkText(at, text, entry["type"])),
  ];
}

function checkKind(path: Path, entry: Fields): readonly Finding[] {
  const here = pathText(path);
  const hasCommand = Object.hasOwn(entry, "command");
  const hasUrl = Object.hasOwn(entry, "url");
  const hasConnector = Object.hasOwn(entry, "connector");
  if ([hasCommand, hasUrl, hasConnector].filter(Boolean).length > 1) {
    const given = ["command", "url", "connector"].filter((key) => Object.hasOwn(entry, key)).map(quoted);
    return [{ path, message: `${here} must have either "command", "url" or "connector", got ${given.join(" and ")}` }];
  }
  if (hasConnector) {
    const idle = idleKeys(path, entry, [...stdioKeys, "headers", "oauth", "type"], "connector");
    if (entry["isolate"] === true || connectorsApart.has(String(entry["connector"])))
      return [...idle, ...checkLimits(path, entry)];
    return [...idle, ...idleKeys(path, entry, ["restart", "limits"], "connector", " without isolate")];
  }
  if (hasCommand) {
    const isRemote = urlTypes.some((type) => type === entry["type"]);
    const wrongType = isRemote ? [wrongTypeFinding(path, "command", "stdio")] : [];
    return [
      ...wrongType,
      ...idleKeys(path, entry, ["headers", "oauth", "config", "isolate"], "command"),
      ...checkLimits(path, entry),
    ];
  }
  if (hasUrl) {
    const wrongType = entry["type"] === "stdio" ? [wrongTypeFinding(path, "url", "http")] : [];
    return [
      ...wrongType,
      ...idleKeys(path, entry, [...stdioKeys, "restart", "limits", "config", "isolate"], "url"),
      ...checkOauth([...path, "oauth"], entry),
    ];
  }
  if (hasMisspeltKind(path, entry)) return [];
  return [{ path, message: `${here} must have a "command" to start, a "url" to reach or a "connector" to run` }];
}

function checkOauth(path: Path, { oauth, headers }: Fields): readonly Finding[] {
  if (!isRecord(oauth) || isEmpty(oauth)) return [];
  const here = pathText(path);
  const hasOwn = isRecord(headers) && Object.keys(headers).some((name) => name.toLowerCase() === "authorization");
  const idle = hasOwn ? [{ path, message: `${here} does nothing beside an Authorization in headers; remove one` }] : [];
  const isHalf = Object.hasOwn(oauth, "clientSecret") && !Object.hasOwn(oauth, "clientId");
  return isHalf ? [...idle, { path, message: `${here} must have a clientId to its clientSecret` }] : idle;
}

/** A warning that would come after the end. */
function checkLimits(path: Path, { limits }: Fields): readonly Finding[] {
  if (!isRecord(limits)) return [];
  return measures.flatMap((measure) => {
    const limit = limits[measure];
    if (!isRecord(limit)) return [];
    const { soft, hard } = limit;
    if (typeof soft !== "number" || typeof hard !== "number" || soft <= hard) return [];
    const at = [...path, "limits", measure, "soft"];
    return [{ path: at, message: `${pathText(at)} must be at most ${measure}.hard, which is ${hard}, got ${soft}` }];
  });
}

function wrongTypeFinding(path: Path, kind: "command" | "url", type: string): Finding {
  const at = [...path, "type"];
  return {
    path: at,
    message: `${pathText(at)} does not fit a server with a "${kind}"; leave it out or write "${type}"`,
  };
}

/** Keys that would do nothing. Empty ones are let pass: other programs write them. */
function idleKeys(
  path: Path,
  entry: Fields,
  keys: readonly string[],
  kind: "command" | "url" | "connector",
  unless = "",
): readonly Finding[] {
  return keys
    .filter((key) => Object.hasOwn(entry, key) && !isEmpty(entry[key]))
    .map((key) => {
      const at = [...path, key];
      return { path: at, message: `${pathText(at)} does nothing for a server with a "${kind}"${unless}; remove it` };
    });
}

function isEmpty(value: unknown): boolean {
  return value === false || (typeof value === "object" && value !== null && Object.keys(value).length === 0);
}

/** The unknown key is a problem already; that the right one is missing would only repeat it. */
function hasMisspeltKind(path: Path, entry: Fields): boolean {
  const known = knownKeysAt(path);
  return Object.keys(entry)
    .filter((key) => !known.includes(key))
    .some((key) => ["command", "url", "connector"].includes(nearest(key, known) ?? ""));
}

function checkNames(path: Path, entry: Fields): readonly Finding[] {
  return (["env", "headers"] as const).flatMap((key) => {
    const names = entry[key];
    if (!isRecord(names)) return [];
    return Object.keys(names).flatMap((name) => {
      const trouble = nameTrouble(key, name);
      const at = [...path, key, name];
      return trouble === undefined ? [] : [{ path: at, message: `${pathText(at)} ${trouble}` }];
    });
  });
}

function checkText(path: Path, text: string, type: unknown): readonly Finding[] {
  const trouble = textTroubleAt(path, text, type);
  return trouble === undefined ? [] : [{ path, message: `${pathText(path)} ${trouble}` }];
}

function textTroubleAt(path: Path, text: string, type: unknown): string | undefined {
  if (hasPrompt(text)) {
    return "uses ${input:…}, but a gateway has nobody to ask; use ${ENV_NAME} and set that environment variable";
  }
  if (!referenceKeys.has(path[2])) return undefined;
  if (hasMalformedReference(text)) {
    return "has a ${…} that is none of ${NAME}, ${env:NAME}, ${NAME:-default}, ${workspaceFolder} and ${userHome}; for a plain ${ write $${";
  }
  const isPlain = isServersKey(path[0]) && text !== "" && !hasReferences(text);
  return isPlain ? textTrouble(textKeyAt(path), text, type) : undefined;
}
