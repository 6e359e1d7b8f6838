import { type Folder, ancestors } from "../configuration.ts";
import type { Site } from "../site.ts";
import { folderPath, requireFolder } from "./folder-path.ts";
import { requireEtag } from "./etag.ts";
import { type Reply, Refused, badFields, collection, domainObject, etagOf, notFound, problem } from "./reply.ts";
import { requireOneWay } from "./one-way.ts";
import { type Route, type RouteRequest, objectIn, textAt, textsIn } from "./route.ts";

/** Folders in the configuration. */
export const folderRoutes: readonly Route[] = [
  { method: "GET", path: "/domain-types/folder_config/collections/all", run: list },
  {
    method: "POST",
    path: "/domain-types/folder_config/collections/all",
    permission: "wato.manage_folders",
    run: create,
  },
  { method: "GET", path: "/objects/folder_config/{folder}", run: show },
  { method: "PUT", path: "/objects/folder_config/{folder}", permission: "wato.edit_folders", run: update },
  { method: "DELETE", path: "/objects/folder_config/{folder}", permission: "wato.manage_folders", run: remove },
  {
    method: "POST",
    path: "/objects/folder_config/{folder}/actions/move/invoke",
    permission: "wato.manage_folders",
    run: move,
  },
];

function list({ site, query }: RouteRequest): Reply {
  const parent = requireFolder(site, query.get("parent") ?? "/", "parent");
  const isRecursive = query.get("recursive") === "true";
  const found = [...site.configuration.folders.values()].filter(({ path }) => {
    if (path === parent) return false;
    return isRecursive ? ancestors(path).includes(parent) : parentOf(path) === parent;
  });
  return { status: 200, body: collection("folder_config", found.map(shown)) };
}

function create({ site, body, user }: RouteRequest): Reply {
  const parent = requireFolder(site, textAt(body, "parent"), "parent");
  const title = textAt(body, "title");
  const name = typeof body["name"] === "string" ? body["name"] : title.toLowerCase().replaceAll(/\W+/g, "_");
  if (!/^[-\w]+$/.test(name)) throw badFields({ name: [`'${name}' does not match pattern '^[-\\w]*\\Z'.`] });
  const path = `${parent === "/" ? "" : parent}/${name}`;
  if (site.configuration.folders.has(path)) {
    throw new Refused(problem(400, "Bad Request", `A folder with the name '${name}' already exists in ${parent}`));
  }
  const folder = { path, title, attributes: objectIn(body, "attributes") };
  site.configuration.putFolder(folder, user.name);
  return one(folder);
}

function show({ site, params }: RouteRequest): Reply {
  return one(folderAt(site, params));
}

function update({ site, params, body, ifMatch, user }: RouteRequest): Reply {
  const folder = folderAt(site, params);
  requireEtag(folder, ifMatch);
  requireOneWay(body);
  const given = body["attributes"] === undefined ? folder.attributes : objectIn(body, "attributes");
  const attributes = { ...given, ...objectIn(body, "update_attributes") };
  const removed = textsIn(body, "remove_attributes");
  const kept = Object.fromEntries(Object.entries(attributes).filter(([name]) => !removed.includes(name)));
  const title = typeof body["title"] === "string" ? body["title"] : folder.title;
  const next = { ...folder, title, attributes: kept };
  site.configuration.putFolder(next, user.name);
  return one(next);
}

function remove({ site, params, query, user }: RouteRequest): Reply {
  const { path } = folderAt(site, params);
  if (path === "/") throw new Refused(problem(401, "Problem deleting folder.", "The main folder cannot be deleted."));
  const { hosts, folders } = site.configuration;
  const isEmpty =
    ![...hosts.values()].some(({ folder }) => ancestors(folder).includes(path)) &&
    ![...folders.keys()].some((each) => each !== path && ancestors(each).includes(path));
  if (query.get("delete_mode") === "abort_on_nonempty" && !isEmpty) {
    throw new Refused(problem(409, "Problem deleting folder.", "The folder is not empty."));
  }
  site.configuration.removeFolder(path, user.name);
  return { status: 204 };
}

function move({ site, params, body, ifMatch, user }: RouteRequest): Reply {
  const folder = folderAt(site, params);
  requireEtag(folder, ifMatch);
  const destination = requireFolder(site, textAt(body, "destination"), "destination");
  if (ancestors(destination).includes(folder.path)) {
    throw new Refused(problem(400, "Problem moving folder.", "Cannot move a folder into itself or a folder of it."));
  }
  return one(site.configuration.moveFolder(folder, destination, user.name));
}

function folderAt(site: Site, { folder: given = "" }: Readonly<Record<string, string>>): Folder {
  const folder = site.configuration.folders.get(folderPath(given).path);
  if (folder === undefined) throw notFound(`The folder '${given}'`);
  return folder;
}

function parentOf(path: string): string | undefined {
  return ancestors(path).at(-2);
}

function one(folder: Folder): Reply {
  return { status: 200, body: shown(folder), headers: { etag: etagOf(folder) } };
}

function shown({ path, title, attributes }: Folder): object {
  return domainObject("folder_config", folderPath(path).id, title, { path, attributes });
}
