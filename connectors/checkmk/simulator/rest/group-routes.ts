import type { Site } from "../site.ts";
import { requireEtag } from "./etag.ts";
import { type Reply, badFields, collection, domainObject, etagOf, notFound } from "./reply.ts";
import { type Route, type RouteRequest, textAt } from "./route.ts";

const permission = "wato.groups";

/** Groups of hosts and of services. */
export const groupRoutes: readonly Route[] = (["host", "service"] as const).flatMap((kind): readonly Route[] => {
  const all = `/domain-types/${kind}_group_config/collections/all`;
  const one = `/objects/${kind}_group_config/{name}`;
  return [
    { method: "GET", path: all, run: (request) => list(request, kind) },
    { method: "POST", path: all, permission, run: (request) => create(request, kind) },
    { method: "GET", path: one, run: ({ site, params }) => answered(kind, nameAt(site, kind, params), site) },
    { method: "PUT", path: one, permission, run: (request) => update(request, kind) },
    { method: "DELETE", path: one, permission, run: (request) => remove(request, kind) },
  ];
});

type Kind = "host" | "service";

function list({ site }: RouteRequest, kind: Kind): Reply {
  const groups = [...site.groups[kind]].map(([name, alias]) => shown(kind, name, alias));
  return { status: 200, body: collection(`${kind}_group_config`, groups) };
}

function create({ site, body, user }: RouteRequest, kind: Kind): Reply {
  const [name, alias] = [textAt(body, "name"), textAt(body, "alias")];
  if (site.groups[kind].has(name)) throw badFields({ name: [`Group ${name} already exists.`] });
  site.groups[kind].set(name, alias);
  site.configuration.note(user.name, "edit-groups", `Created new ${kind} group ${name}`);
  return answered(kind, name, site);
}

function update({ site, params, body, ifMatch, user }: RouteRequest, kind: Kind): Reply {
  const name = nameAt(site, kind, params);
  requireEtag([name, site.groups[kind].get(name)], ifMatch);
  site.groups[kind].set(name, textAt(body, "alias"));
  site.configuration.note(user.name, "edit-groups", `Updated properties of ${kind} group ${name}`);
  return answered(kind, name, site);
}

function remove({ site, params, user }: RouteRequest, kind: Kind): Reply {
  const name = nameAt(site, kind, params);
  site.groups[kind].delete(name);
  site.configuration.note(user.name, "edit-groups", `Deleted ${kind} group ${name}`);
  return { status: 204 };
}

function nameAt(site: Site, kind: Kind, { name = "" }: Readonly<Record<string, string>>): string {
  if (!site.groups[kind].has(name)) throw notFound(`The ${kind} group '${name}'`);
  return name;
}

function answered(kind: Kind, name: string, site: Site): Reply {
  const alias = site.groups[kind].get(name) ?? name;
  return { status: 200, body: shown(kind, name, alias), headers: { etag: etagOf([name, alias]) } };
}

function shown(kind: Kind, name: string, alias: string): object {
  return domainObject(`${kind}_group_config`, name, alias, { alias });
}
