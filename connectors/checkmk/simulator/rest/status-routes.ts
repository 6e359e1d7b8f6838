import { type Cell, type Columns, hostColumns, serviceColumns } from "../columns.ts";
import type { EstateService } from "../estate.ts";
import type { Site } from "../site.ts";
import { fitting } from "./expression.ts";
import { type Reply, badFields, collection, domainObject, notFound } from "./reply.ts";
import { type Route, type RouteRequest, textsIn } from "./route.ts";

/** What is monitored, as it is now. */
export const statusRoutes: readonly Route[] = [
  { method: "POST", path: "/domain-types/host/collections/all", run: hosts },
  {
    method: "POST",
    path: "/domain-types/service/collections/all",
    run: ({ site, body }) => services(site, body, undefined),
  },
  {
    method: "POST",
    path: "/objects/host/{host_name}/collections/services",
    run: ({ site, body, params: { host_name: host = "" } }) => {
      if (!site.estate.hosts.has(host)) throw notFound(`The host '${host}'`);
      return services(site, body, host);
    },
  },
  { method: "GET", path: "/objects/host/{host_name}/actions/show_service/invoke", run: showService },
];

type Body = Readonly<Record<string, unknown>>;

function hosts({ site, body }: RouteRequest): Reply {
  const columns = wanted(body, hostColumns, ["name"]);
  const fits = fitting(body["query"], hostColumns, site.estate);
  const found = [...(isAsked(site, body) ? site.estate.hosts.values() : [])].filter(fits);
  const value = found.map((host) =>
    domainObject("host", host.name, host.name, cells(site, host, hostColumns, columns)),
  );
  return { status: 200, body: collection("host", value) };
}

function services(site: Site, body: Body, hostName: string | undefined): Reply {
  const columns = wanted(body, serviceColumns, ["host_name", "description"]);
  const fits = fitting(body["query"], serviceColumns, site.estate);
  const host = hostName ?? body["host_name"];
  const all = typeof host === "string" ? site.estate.servicesOf(host).values() : site.estate.services();
  const found = [...(isAsked(site, body) ? all : [])].filter(fits);
  const value = found.map((service) => shown(site, service, columns));
  return { status: 200, body: collection("service", value) };
}

function showService({ site, params: { host_name: host = "" }, query }: RouteRequest): Reply {
  const description = query.get("service_description") ?? "";
  const service = site.estate.servicesOf(host).get(description);
  if (service === undefined) throw notFound(`The service '${description}' of '${host}'`);
  const asked = query.getAll("columns");
  const columns = asked.length === 0 ? ["host_name", "description", "state", "state_type", "last_check"] : asked;
  const extensions = cells(site, service, serviceColumns, columns);
  return { status: 200, body: domainObject("service", `${host}-${description}`, `Service ${description}`, extensions) };
}

function shown(site: Site, service: EstateService, columns: readonly string[]): object {
  const { host, description } = service;
  const title = `${description} on ${host}`;
  return domainObject("service", `${host}:${description}`, title, cells(site, service, serviceColumns, columns));
}

/** Whether this site is among those that are asked. */
function isAsked(site: Site, body: Body): boolean {
  const sites = textsIn(body, "sites");
  return sites.length === 0 || sites.includes(site.name);
}

function wanted(body: Body, columns: Columns<never>, always: readonly string[]): readonly string[] {
  const given = textsIn(body, "columns");
  const unknown = given.filter((name) => !Object.hasOwn(columns, name));
  if (unknown.length > 0) throw badFields({ columns: [`Unknown columns: ${unknown.join(", ")}`] });
  return [...new Set([...always, ...given])];
}

function cells<Row>(site: Site, row: Row, columns: Columns<Row>, names: readonly string[]): Record<string, Cell> {
  return Object.fromEntries(names.map((name) => [name, columns[name]?.(row, site.estate) ?? ""]));
}
