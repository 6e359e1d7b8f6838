import type { EstateService } from "../estate.ts";
import { type Table, hostsOf, servicesOf } from "../livestatus/tables.ts";
import type { Site } from "../site.ts";
import { fitting, queryIn } from "./expression.ts";
import { type Reply, badFields, collection, domainObject, notFound } from "./reply.ts";
import { type Route, type RouteRequest, textsIn } from "./route.ts";

const hosts = "/domain-types/host/collections/all";
const services = "/domain-types/service/collections/all";
const hostServices = "/objects/host/{host_name}/collections/services";

/** What is monitored, as it is now. Until some version it is asked for by GET alone (Werk 17003). */
export const statusRoutes: readonly Route[] = [
  { method: "POST", path: hosts, since: "2.3.0p23", run: ({ site, body }) => listHosts(site, body) },
  { method: "GET", path: hosts, run: ({ site, query }) => listHosts(site, wishIn(query)) },
  { method: "POST", path: services, since: "2.3.0p31", run: ({ site, body }) => listServices(site, body) },
  { method: "GET", path: services, run: ({ site, query }) => listServices(site, wishIn(query)) },
  { method: "POST", path: hostServices, since: "2.3.0p31", run: (request) => servicesOfHost(request, request.body) },
  { method: "GET", path: hostServices, run: (request) => servicesOfHost(request, wishIn(request.query)) },
  { method: "GET", path: "/objects/host/{host_name}/actions/show_service/invoke", run: showService },
];

type Body = Readonly<Record<string, unknown>>;

/** What an address asks for, as a body does. */
function wishIn(query: URLSearchParams): Body {
  const host = query.get("host_name");
  return {
    columns: query.getAll("columns"),
    sites: query.getAll("sites"),
    query: queryIn(query),
    ...(host !== null && { host_name: host }),
  };
}

function listHosts(site: Site, wish: Body): Reply {
  const table = hostsOf(site.estate);
  const columns = wanted(wish, table, ["name"]);
  const isAsked = asking(site, wish);
  const fits = fitting(wish["query"], table);
  const found = [...site.estate.hosts.values()].filter((host) => isAsked(host.name) && fits(host));
  const value = found.map((host) => domainObject("host", host.name, host.name, cells(host, table, columns)));
  return { status: 200, body: collection("host", value) };
}

function servicesOfHost({ site, params: { host_name: host = "" } }: RouteRequest, wish: Body): Reply {
  if (!site.estate.hosts.has(host)) throw notFound(`The host '${host}'`);
  return listServices(site, { ...wish, host_name: host });
}

function listServices(site: Site, wish: Body): Reply {
  const table = servicesOf(site.estate);
  const columns = wanted(wish, table, ["host_name", "description"]);
  const { host_name: host } = wish;
  const all = typeof host === "string" ? site.estate.servicesOf(host).values() : site.estate.services();
  const isAsked = asking(site, wish);
  const fits = fitting(wish["query"], table);
  const found = [...all].filter((service) => isAsked(service.host) && fits(service));
  const value = found.map((service) => shown(service, table, columns));
  return { status: 200, body: collection("service", value) };
}

function showService({ site, params: { host_name: host = "" }, query }: RouteRequest): Reply {
  const description = query.get("service_description") ?? "";
  const service = site.estate.servicesOf(host).get(description);
  if (service === undefined) throw notFound(`The service '${description}' of '${host}'`);
  const asked = query.getAll("columns");
  const columns = asked.length === 0 ? ["host_name", "description", "state", "state_type", "last_check"] : asked;
  const extensions = cells(service, servicesOf(site.estate), columns);
  return { status: 200, body: domainObject("service", `${host}-${description}`, `Service ${description}`, extensions) };
}

function shown(service: EstateService, table: Table<EstateService>, columns: readonly string[]): object {
  const { host, description } = service;
  const title = `${description} on ${host}`;
  return domainObject("service", `${host}:${description}`, title, cells(service, table, columns));
}

/** Whether a host is at one of the sites that are asked: the label of a host says where it is, as hosts of a remote site have another. */
function asking(site: Site, wish: Body): (host: string) => boolean {
  const sites = textsIn(wish, "sites");
  if (sites.length === 0) return () => true;
  return (host) => sites.includes(site.estate.hosts.get(host)?.labels["cmk/site"] ?? site.name);
}

function wanted(
  wish: Body,
  { columns }: { readonly columns: Readonly<Record<string, unknown>> },
  always: readonly string[],
): readonly string[] {
  const given = textsIn(wish, "columns");
  const unknown = given.filter((name) => !Object.hasOwn(columns, name));
  if (unknown.length > 0) throw badFields({ columns: [`Unknown columns: ${unknown.join(", ")}`] });
  return [...new Set([...always, ...given])];
}

function cells<Row>(row: Row, { columns }: Table<Row>, names: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(names.map((name) => [name, columns[name]?.of(row) ?? ""]));
}
