import type { Attributes, HostConfig } from "../configuration.ts";
import type { Site } from "../site.ts";
import { requireEtag } from "./etag.ts";
import { folderPath, requireFolder } from "./folder-path.ts";
import {
  type Reply,
  Refused,
  badFields,
  collection,
  domainObject,
  etagOf,
  link,
  notFound,
  problem,
  quotedTwice,
  timeText,
} from "./reply.ts";
import { requireOneWay } from "./one-way.ts";
import { type Route, type RouteRequest, objectIn, objectsIn, textAt, textsIn } from "./route.ts";

const hostName = /^[-0-9a-zA-Z_.]+$/;
const attributeNames = new Set([
  ..."alias site contactgroups parents ipaddress ipv6address additional_ipv4addresses additional_ipv6addresses".split(
    " ",
  ),
  ..."snmp_community labels waiting_for_discovery network_scan management_protocol management_address".split(" "),
  ..."management_snmp_community management_ipmi_credentials locked_by locked_attributes inventory_failed".split(" "),
  ..."tag_address_family tag_agent tag_snmp_ds tag_piggyback tag_criticality tag_networking".split(" "),
]);

/** Hosts in the configuration. */
export const hostRoutes: readonly Route[] = [
  { method: "GET", path: "/domain-types/host_config/collections/all", run: list },
  { method: "POST", path: "/domain-types/host_config/collections/all", permission: "wato.manage_hosts", run: create },
  {
    method: "POST",
    path: "/domain-types/host_config/actions/bulk-create/invoke",
    permission: "wato.manage_hosts",
    run: bulkCreate,
  },
  {
    method: "PUT",
    path: "/domain-types/host_config/actions/bulk-update/invoke",
    permission: "wato.edit_hosts",
    run: bulkUpdate,
  },
  {
    method: "POST",
    path: "/domain-types/host_config/actions/bulk-delete/invoke",
    permission: "wato.manage_hosts",
    run: bulkDelete,
  },
  { method: "GET", path: "/objects/host_config/{host_name}", run: show },
  { method: "PUT", path: "/objects/host_config/{host_name}", permission: "wato.edit_hosts", run: update },
  { method: "DELETE", path: "/objects/host_config/{host_name}", permission: "wato.manage_hosts", run: remove },
  {
    method: "POST",
    path: "/objects/host_config/{host_name}/actions/move/invoke",
    permission: "wato.move_hosts",
    run: move,
  },
];

function list({ site, query }: RouteRequest): Reply {
  const isEffective = query.get("effective_attributes") === "true";
  const wanted = query.getAll("hostnames");
  const hosts = [...site.configuration.hosts.values()].filter(
    ({ name }) => wanted.length === 0 || wanted.includes(name),
  );
  return {
    status: 200,
    body: collection(
      "host_config",
      hosts.map((host) => shown(site, host, isEffective)),
    ),
  };
}

function create({ site, body, user }: RouteRequest): Reply {
  return one(site, created(site, body, user.name));
}

function created(site: Site, body: Readonly<Record<string, unknown>>, user: string): HostConfig {
  const name = textAt(body, "host_name");
  if (!hostName.test(name)) throw badFields({ host_name: [`'${name}' does not match pattern '^[-0-9a-zA-Z_.]+\\Z'.`] });
  if (site.configuration.hosts.has(name)) throw badFields({ host_name: [`Host '${name}' already exists.`] });
  const folder = requireFolder(site, textAt(body, "folder"), "folder");
  return site.configuration.putHost(
    { name, folder, attributes: checkedAttributes(objectIn(body, "attributes")) },
    user,
    "create-host",
  );
}

function show({ site, params, query }: RouteRequest): Reply {
  return one(site, hostAt(site, params), query.get("effective_attributes") === "true");
}

function update({ site, params, body, ifMatch, user }: RouteRequest): Reply {
  const host = hostAt(site, params);
  requireEtag(host, ifMatch);
  return one(site, changed(site, host, body, user.name));
}

function changed(site: Site, host: HostConfig, body: Readonly<Record<string, unknown>>, user: string): HostConfig {
  requireOneWay(body);
  let attributes: Attributes = host.attributes;
  if (body["attributes"] !== undefined) attributes = checkedAttributes(objectIn(body, "attributes"));
  if (body["update_attributes"] !== undefined) {
    attributes = { ...attributes, ...checkedAttributes(objectIn(body, "update_attributes"), "update_attributes") };
  }
  const removed = textsIn(body, "remove_attributes");
  const faulty = removed.filter((name) => !(name in attributes));
  const kept = Object.fromEntries(Object.entries(attributes).filter(([name]) => !removed.includes(name)));
  const next = site.configuration.putHost({ ...host, attributes: kept }, user, "edit-host");
  if (faulty.length > 0) {
    const detail = `The following attributes were not removed since they didn't exist: ${faulty.join(", ")}`;
    throw new Refused(problem(400, "Some attributes were not removed", detail));
  }
  return next;
}

function remove({ site, params, user }: RouteRequest): Reply {
  site.configuration.removeHost(hostAt(site, params).name, user.name);
  return { status: 204 };
}

function move({ site, params, body, ifMatch, user }: RouteRequest): Reply {
  const host = hostAt(site, params);
  requireEtag(host, ifMatch);
  const folder = requireFolder(site, textAt(body, "target_folder"), "target_folder");
  if (folder === host.folder) {
    throw new Refused(problem(400, "Invalid move action", "The host is already part of the specified target folder"));
  }
  return one(site, site.configuration.putHost({ ...host, folder }, user.name, "move-host"));
}

/** Each for itself, as the site does it: what is wrong with some is told, and the others are done. */
function bulkCreate({ site, body, user }: RouteRequest): Reply {
  return each(site, objectsIn(body, "entries"), (entry) => created(site, entry, user.name));
}

function bulkUpdate({ site, body, user }: RouteRequest): Reply {
  return each(site, objectsIn(body, "entries"), (entry) => {
    const host = site.configuration.hosts.get(textAt(entry, "host_name"));
    if (host === undefined) throw badFields({ host_name: [`Host not found: '${textAt(entry, "host_name")}'`] });
    return changed(site, host, entry, user.name);
  });
}

function bulkDelete({ site, body, user }: RouteRequest): Reply {
  const names = textsIn(body, "entries");
  const missing = names.filter((name) => !site.configuration.hosts.has(name));
  if (missing.length > 0) {
    const texts = missing.map((name): [string, readonly string[]] => [
      String(names.indexOf(name)),
      [`Host not found: '${name}'`],
    ]);
    throw badFields({ entries: Object.fromEntries(texts) });
  }
  for (const name of names) site.configuration.removeHost(name, user.name);
  return { status: 204 };
}

function each(
  site: Site,
  entries: readonly Readonly<Record<string, unknown>>[],
  run: (entry: Readonly<Record<string, unknown>>) => HostConfig,
): Reply {
  const done: HostConfig[] = [];
  const failed: [string, string][] = [];
  for (const entry of entries) {
    try {
      done.push(run(entry));
    } catch (thrown) {
      if (!(thrown instanceof Refused)) throw thrown;
      failed.push([textAt(entry, "host_name"), `Validation failed: ${JSON.stringify(thrown.reply.body)}`]);
    }
  }
  const succeeded = collection(
    "host_config",
    done.map((host) => shown(site, host)),
  );
  if (failed.length === 0) return { status: 200, body: succeeded };
  const detail = `Some of the actions were performed but the following were faulty and were skipped: ${failed.map(([name]) => name).join(" ,")}.`;
  return problem(400, "Some actions failed", detail, {
    ext: { succeeded_hosts: succeeded, failed_hosts: Object.fromEntries(failed) },
  });
}

function hostAt(site: Site, params: Readonly<Record<string, string>>): HostConfig {
  const { host_name: name = "" } = params;
  const host = site.configuration.hosts.get(name);
  if (host === undefined) throw notFound(`The host '${name}'`);
  return host;
}

function checkedAttributes(attributes: Attributes, field = "attributes"): Attributes {
  const unknown = Object.keys(attributes).filter((name) => !attributeNames.has(name) && !name.startsWith("tag_"));
  if (unknown.length === 0) return attributes;
  throw badFields({ [field]: Object.fromEntries(unknown.map((name) => [name, ["Unknown field."]])) });
}

function one(site: Site, host: HostConfig, isEffective = false): Reply {
  return { status: 200, body: shown(site, host, isEffective), headers: { etag: etagOf(host) } };
}

function shown(site: Site, host: HostConfig, isEffective = false): object {
  const { name, folder, createdAt, changedAt, createdBy } = host;
  const meta = { created_at: timeText(createdAt), updated_at: timeText(changedAt), created_by: createdBy };
  return domainObject(
    "host_config",
    name,
    name,
    {
      folder,
      attributes: { ...host.attributes, meta_data: meta },
      ...(isEffective && {
        effective_attributes: { ...site.configuration.effectiveAttributes(host), meta_data: meta },
      }),
      is_cluster: false,
      is_offline: false,
      cluster_nodes: null,
    },
    [link("urn:com.checkmk:rels/folder_config", "GET", `/objects/folder_config/${quotedTwice(folderPath(folder).id)}`)],
  );
}
