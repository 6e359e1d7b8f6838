import type { Site } from "../site.ts";
import type { SimulatedTag, SimulatedTagGroup } from "../tag-groups.ts";
import { requireEtag } from "./etag.ts";
import { type Reply, Refused, badFields, collection, domainObject, etagOf, notFound, problem } from "./reply.ts";
import { type Route, type RouteRequest, objectsIn, textAt, textsIn } from "./route.ts";

const permission = "wato.hosttags";
const all = "/domain-types/host_tag_group/collections/all";
const one = "/objects/host_tag_group/{name}";

/** Tags of hosts. */
export const tagRoutes: readonly Route[] = [
  {
    method: "GET",
    path: all,
    run: ({ site }) => ({ status: 200, body: collection("host_tag_group", [...site.tagGroups.values()].map(shown)) }),
  },
  { method: "POST", path: all, permission, run: create },
  { method: "GET", path: one, run: ({ site, params }) => answered(groupAt(site, params)) },
  { method: "PUT", path: one, permission, run: update },
  { method: "DELETE", path: one, permission, run: remove },
];

function create({ site, body, user }: RouteRequest): Reply {
  const id = textAt(body, "id");
  if (site.tagGroups.has(id)) throw badFields({ id: [`The specified tag group id is already in use: '${id}'`] });
  const group = { id, title: textAt(body, "title"), ...partOf(body), tags: tagsIn(body), isBuiltIn: false };
  site.tagGroups.set(id, group);
  site.configuration.note(user.name, "edit-hosttags", `Created new tag group ${id}`);
  return answered(group);
}

function update({ site, params, body, ifMatch, user }: RouteRequest): Reply {
  const group = groupAt(site, params);
  requireEtag(group, ifMatch);
  requireOwn(group, "modified");
  const tags = body["tags"] === undefined ? group.tags : tagsIn(body);
  const left = new Set(tags.map(({ id }) => id));
  const isRepairing = body["repair"] === true;
  const isInUse = site.configuration.withoutTag(group.id, (tag) => !left.has(tag), isRepairing, user.name);
  if (isInUse && !isRepairing) throw needsRepair(group, "Updating", "edit");
  const title = typeof body["title"] === "string" ? body["title"] : group.title;
  const next = { ...group, ...partOf({ topic: group.topic, help: group.help, ...body }), title, tags };
  site.tagGroups.set(group.id, next);
  site.configuration.note(user.name, "edit-hosttags", `Edited tag group ${group.id}`);
  return answered(next);
}

function remove({ site, params, query, user }: RouteRequest): Reply {
  const group = groupAt(site, params);
  requireOwn(group, "deleted");
  const isRepairing = query.get("repair") === "true";
  const isInUse = site.configuration.withoutTag(group.id, () => true, isRepairing, user.name);
  if (isInUse && !isRepairing) throw needsRepair(group, "Deleting", "delete");
  site.tagGroups.delete(group.id);
  site.configuration.note(user.name, "edit-hosttags", `Removed tag group ${group.id}`);
  return { status: 204 };
}

function requireOwn({ id, isBuiltIn }: SimulatedTagGroup, how: string): void {
  if (!isBuiltIn) return;
  const detail = `The built-in host tag group ${id} cannot be ${how}`;
  throw new Refused(problem(405, `Built-in cannot be ${how}`, detail));
}

/** Checkmk says this with the words of an authorization. */
function needsRepair({ id }: SimulatedTagGroup, doing: string, verb: string): Refused {
  const title = `${doing} this host tag group "${id}" requires additional authorization`;
  const detail = `The host tag group you intend to ${verb} is used by other instances. You must authorize Checkmk to update the relevant instances using the repair parameter`;
  return new Refused(problem(401, title, detail));
}

function partOf(body: Readonly<Record<string, unknown>>): Pick<SimulatedTagGroup, "topic" | "help"> {
  const { topic = "Tags", help = "" } = body;
  return { topic: String(topic), help: String(help) };
}

function tagsIn(body: Readonly<Record<string, unknown>>): readonly SimulatedTag[] {
  const tags = objectsIn(body, "tags").map((tag) => {
    const id = typeof tag["id"] === "string" ? tag["id"] : null;
    return { id, title: textAt(tag, "title"), aux_tags: textsIn(tag, "aux_tags") };
  });
  if (new Set(tags.map(({ id }) => id)).size < tags.length) throw badFields({ tags: ["Tag IDs must be unique."] });
  return tags;
}

function groupAt(site: Site, { name = "" }: Readonly<Record<string, string>>): SimulatedTagGroup {
  const group = site.tagGroups.get(name);
  if (group === undefined) throw notFound(`The host tag group '${name}'`);
  return group;
}

function answered(group: SimulatedTagGroup): Reply {
  return { status: 200, body: shown(group), headers: { etag: etagOf(group) } };
}

function shown({ id, title, topic, tags, help }: SimulatedTagGroup): object {
  return domainObject("host_tag_group", id, title, { topic, tags, help });
}
