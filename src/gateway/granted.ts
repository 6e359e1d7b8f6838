import { type Profiles, type Rights, type Wanted, maySee, mayUse } from "../access/rights.ts";
import type { JsonObject } from "../core/json.ts";
import { type Role, reaches } from "../core/role.ts";
import type { Upstream } from "../upstream/upstream.ts";
import type { NeededRoles } from "./needed-role.ts";
import type { ListKind, Presentation } from "./presentation.ts";
import { isReadOnly } from "./profile.ts";
import { readingsOf } from "./reach.ts";
import { templateMatcher } from "./uri-template.ts";

/** What of a presentation somebody with these rights is shown; the rest is not there for them. `profile` is whose presentation it is. */
export function granted(
  base: Presentation,
  rights: Rights,
  profile: string | undefined,
  { profiles, needed }: { readonly profiles: Profiles; readonly needed: NeededRoles },
): Presentation {
  const wantedOf = (kind: ListKind, upstream: Upstream, name: string, definition: JsonObject): Wanted => ({
    kind,
    upstream: upstream.name,
    name,
    isReading: kind !== "tools" || isReadOnly(definition),
    from: needed.of(kind, upstream.name, name, definition),
    profile,
  });
  const upstreams = base.upstreams.filter(({ name }) =>
    maySee(rights, { upstream: name, profile, from: needed.ofSome(name) }, profiles),
  );
  const seen: ReadonlySet<Upstream> = new Set(upstreams);
  const withheld = new Map<Upstream, (uri: string) => boolean>();
  const isWithheld = (upstream: Upstream, uri: string): boolean => {
    const known = withheld.get(upstream) ?? withheldOf(upstream, rights.role, needed);
    withheld.set(upstream, known);
    return known(uri);
  };
  return {
    ...base,
    upstreams,
    present: (kind, upstream, name, definition) =>
      mayUse(rights, wantedOf(kind, upstream, name, definition), profiles)
        ? base.present(kind, upstream, name, definition)
        : undefined,
    ownerOf(exposed) {
      const owner = base.ownerOf(exposed);
      return owner !== undefined && seen.has(owner) ? owner : undefined;
    },
    mayReach: (upstream, uri) =>
      base.mayReach(upstream, uri) &&
      mayUse(rights, wantedOf("resources", upstream, uri, {}), profiles) &&
      !isWithheld(upstream, uri),
  };
}

/** Whether an address may be that of something that an upstream says is for higher roles: whoever knows it reads it no more than finds it listed. */
function withheldOf({ name, definitions }: Upstream, role: Role, needed: NeededRoles): (uri: string) => boolean {
  const isHigher = (kind: ListKind, address: string, definition: JsonObject): boolean => {
    const from = needed.of(kind, name, address, definition);
    return from !== undefined && !reaches(role, from);
  };
  const listed = definitions.resources.filter((each) => isHigher("resources", String(each["uri"]), each));
  const templates = definitions.templates.filter((each) => isHigher("templates", String(each["uriTemplate"]), each));
  if (listed.length === 0 && templates.length === 0) return () => false;
  const addresses = new Set(listed.flatMap(({ uri }) => readingsOf(String(uri))));
  const matchers = templates.map(({ uriTemplate }) => templateMatcher(String(uriTemplate)));
  return (uri) =>
    readingsOf(uri).some((reading) => addresses.has(reading) || matchers.some((matches) => matches(reading)));
}

/** What the profiles show whose presentations these are, for grants that name one. */
export function profilesShowing(presentations: () => ReadonlyMap<string, Presentation>): Profiles {
  return {
    show(names, wanted) {
      for (const [name, presentation] of presentations()) {
        if (names.has(name) && shows(presentation, wanted)) return true;
      }
      return false;
    },
    have(names, upstream) {
      for (const [name, { upstreams }] of presentations()) {
        if (names.has(name) && upstreams.some((each) => each.name === upstream)) return true;
      }
      return false;
    },
  };
}

/** What a profile shows with parameters of its own can be called at its address only: elsewhere, nothing would put them in. */
function shows(presentation: Presentation, { kind, upstream: owner, name }: Wanted): boolean {
  const upstream = presentation.upstreams.find((each) => each.name === owner);
  if (upstream === undefined) return false;
  if (kind === "resources") return presentation.mayReach(upstream, name);
  if (kind === "templates") return presentation.present(kind, upstream, name, {}) !== undefined;
  const definitions = kind === "tools" ? upstream.definitions.tools : upstream.definitions.prompts;
  const definition = definitions.find((each) => each["name"] === name);
  const presented = definition && presentation.present(kind, upstream, name, definition);
  return presented !== undefined && presented.preset === undefined;
}
