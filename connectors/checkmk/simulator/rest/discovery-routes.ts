import { accepted, isAmong } from "../bulk-scan.ts";
import type { HostConfig } from "../configuration.ts";
import type { Site } from "../site.ts";
import { type Reply, Refused, badFields, domainObject, notFound, problem } from "./reply.ts";
import { type Route, type RouteRequest, textAt } from "./route.ts";

/** Finding out which services a host has. */
export const discoveryRoutes: readonly Route[] = [
  {
    method: "POST",
    path: "/domain-types/service_discovery_run/actions/start/invoke",
    permission: "wato.edit",
    run: start,
  },
  { method: "GET", path: "/objects/service_discovery_run/{host_name}/actions/wait-for-completion/invoke", run: wait },
  { method: "GET", path: "/objects/service_discovery_run/{host_name}", run: showRun },
  { method: "GET", path: "/objects/service_discovery/{host_name}", run: show },
];

function start({ site, body, user }: RouteRequest): Reply {
  const name = textAt(body, "host_name");
  const host = site.configuration.hosts.get(name);
  if (host === undefined) throw badFields({ host_name: [`Host not found: '${name}'`] });
  if (site.scans.isRunning(name)) {
    throw new Refused(problem(409, "Conflict", "A service discovery background job is currently running"));
  }
  const mode = typeof body["mode"] === "string" ? body["mode"] : "fix_all";
  if (mode === "refresh" || mode === "tabula_rasa") {
    site.scans.begin(name, mode === "tabula_rasa" ? user.name : undefined);
    const location = `/${site.name}/check_mk/api/1.0/objects/service_discovery_run/${name}/actions/wait-for-completion/invoke`;
    return { status: site.version.startsWith("2.3") ? 302 : 303, headers: { location } };
  }
  const monitored = accepted(host, {
    isAdding: mode === "new" || mode === "fix_all",
    isRemoving: mode === "remove" || mode === "fix_all",
  });
  const isOther = monitored.length !== host.monitored.length;
  if (isOther) site.configuration.putHost({ ...host, monitored }, user.name, "set-autochecks");
  return { status: 200, body: shown(site.configuration.hosts.get(name) ?? host) };
}

function wait({ site, params: { host_name: name = "" }, path }: RouteRequest): Reply {
  if (!site.scans.isKnown(name)) throw notFound(`A service discovery for host ${name}`);
  return site.scans.isRunning(name) ? { status: 302, headers: { location: path } } : { status: 204 };
}

function showRun({ site, params: { host_name: name = "" } }: RouteRequest): Reply {
  hostAt(site, name);
  const active = site.scans.isRunning(name);
  const state = active ? "running" : site.scans.isKnown(name) ? "finished" : "initialized";
  const id = `service_discovery-${name}`;
  const title = `Service discovery background job ${id} is ${state}`;
  const extensions = { active, state, logs: { result: [], progress: [] } };
  return { status: 200, body: domainObject("service_discovery_run", id, title, extensions) };
}

function show({ site, params: { host_name: name = "" } }: RouteRequest): Reply {
  // Ends a scan that is due.
  site.scans.isRunning(name);
  return { status: 200, body: shown(hostAt(site, name)) };
}

function hostAt(site: Site, name: string): HostConfig {
  const host = site.configuration.hosts.get(name);
  if (host === undefined) throw notFound(`The host '${name}'`);
  return host;
}

function shown({ name, monitored, found = monitored }: HostConfig): object {
  const all = [...monitored, ...found.filter((each) => !isAmong(monitored, each))];
  const table = all.map((service) => {
    const phase = !isAmong(monitored, service) ? "undecided" : isAmong(found, service) ? "monitored" : "vanished";
    const extensions = {
      host_name: name,
      check_plugin_name: service.plugin,
      service_name: service.description,
      service_item: service.item ?? null,
      service_phase: phase,
    };
    const value = {
      id: service.description,
      name: service.description,
      value: phase,
      memberType: "property",
      links: [],
    };
    return [`${service.plugin}-${service.item ?? "None"}`, { ...value, extensions }];
  });
  return domainObject("service_discovery", `service_discovery-${name}`, `Service discovery result of host ${name}`, {
    check_table: Object.fromEntries(table),
    host_labels: {},
    vanished_labels: {},
    changed_labels: {},
  });
}
