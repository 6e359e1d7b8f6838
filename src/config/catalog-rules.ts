import { searchToolName } from "../gateway/catalog-options.ts";
import { Choice } from "../core/choice.ts";
import { promptsUpstream } from "../prompts/template.ts";
import { isRecord, type Path } from "./content.ts";
import { nearest } from "./nearest.ts";
import type { Finding } from "./problem.ts";
import { serverName, serversKeys } from "./schema.ts";
import { pathText, quoted } from "./shown.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Checks what the schema cannot say of profiles: that what they name is there, and that names are given once. */
export function checkProfiles(content: Fields): readonly Finding[] {
  const servers = serversKeys.flatMap((key) => keysOf(content[key]));
  return membersOf(content["profiles"], ["profiles"]).flatMap(({ path, key, value }) =>
    [checkName(path, key), isRecord(value) ? checkProfile(path, value, servers) : []].flat(),
  );
}

function checkName(path: Path, name: string): readonly Finding[] {
  if (serverName.test(name)) return [];
  const message = `${pathText(path)}: a profile's name is 1 to 64 letters, digits, ".", "_" and "-", begins with a letter or a digit, has no "__" and does not end with "_"`;
  return [{ path, message }];
}

function checkProfile(path: Path, profile: Fields, servers: readonly string[]): readonly Finding[] {
  const upstreams = membersOf(profile["upstreams"], [...path, "upstreams"]);
  return [
    ...upstreams.flatMap((member) => checkUpstream(member.path, member.key, member.value, servers)),
    ...(["tools", "prompts"] as const).flatMap((kind) => checkGivenNames(upstreams, kind, profile)),
  ];
}

function checkUpstream(path: Path, name: string, upstream: unknown, servers: readonly string[]): readonly Finding[] {
  if (!servers.includes(name) && name !== promptsUpstream) {
    const meant = nearest(name, servers);
    const known = servers.length === 0 ? "the file has none" : `the servers are ${servers.map(quoted).join(", ")}`;
    const advice = meant === undefined ? known : `did you mean ${quoted(meant)}?`;
    return [{ path, message: `${pathText(path)} names no server of the file; ${advice}` }];
  }
  if (!isRecord(upstream) || !isRecord(upstream["overrides"])) return [];
  const { overrides } = upstream;
  return (["tools", "prompts"] as const).flatMap((kind) =>
    membersOf(overrides[kind], [...path, "overrides", kind]).flatMap((member) =>
      [checkIsShown(member, upstream[kind], [...path, kind]), checkParameters(member)].flat(),
    ),
  );
}

/** What is hidden anyway need not be changed: one of the two is a mistake. */
function checkIsShown({ path, key }: Member, patterns: unknown, at: Path): readonly Finding[] {
  if (!Array.isArray(patterns) || !patterns.every((pattern) => typeof pattern === "string")) return [];
  if (new Choice(patterns).has(key)) return [];
  return [{ path, message: `${pathText(path)} changes what ${pathText(at)} hides; add it there or remove it here` }];
}

function checkParameters({ path, value }: Member): readonly Finding[] {
  if (!isRecord(value)) return [];
  return membersOf(value["parameters"], [...path, "parameters"]).flatMap(({ path: at, value: parameter }) => {
    if (!isRecord(parameter)) return [];
    const idle = ["default", "description"].filter((key) => Object.hasOwn(parameter, key));
    const wrong = Object.hasOwn(parameter, "value") ? idle : [];
    return wrong.map((key) => ({
      path: [...at, key],
      message: `${pathText([...at, key])} does nothing beside a value, as callers do not see the parameter; remove one`,
    }));
  });
}

/** One name for two things, and the name of the search where there is one. */
function checkGivenNames(upstreams: readonly Member[], kind: "tools" | "prompts", profile: Fields): readonly Finding[] {
  const first = new Map<string, Path>();
  const given = upstreams.flatMap(({ path, value }) => {
    const overrides = isRecord(value) ? value["overrides"] : undefined;
    return membersOf(isRecord(overrides) ? overrides[kind] : undefined, [...path, "overrides", kind]);
  });
  return given.flatMap(({ path, value }) => {
    const name = isRecord(value) ? value["name"] : undefined;
    if (typeof name !== "string") return [];
    const at = [...path, "name"];
    const other = first.get(name);
    if (other !== undefined) {
      return [{ path: at, message: `${pathText(at)} is ${quoted(name)}, as is ${pathText(other)}; choose another` }];
    }
    first.set(name, at);
    if (kind === "prompts" || name !== searchToolName || !hasSearch(profile["search"])) return [];
    return [{ path: at, message: `${pathText(at)} is the name of the tool that searches; choose another` }];
  });
}

function hasSearch(search: unknown): boolean {
  const mode = isRecord(search) ? search["mode"] : search;
  return mode === "beside" || mode === "instead";
}

interface Member {
  readonly path: Path;
  readonly key: string;
  readonly value: unknown;
}

function membersOf(value: unknown, path: Path): Member[] {
  return isRecord(value)
    ? Object.entries(value).map(([key, member]) => ({ path: [...path, key], key, value: member }))
    : [];
}

function keysOf(value: unknown): string[] {
  return isRecord(value) ? Object.keys(value) : [];
}
