import { hostsOf, servicesOf } from "../livestatus/tables.ts";
import type { Target } from "../remarks.ts";
import type { Site } from "../site.ts";
import { fitting } from "./expression.ts";
import { badFields } from "./reply.ts";
import { textAt, textsIn } from "./route.ts";

type Body = Readonly<Record<string, unknown>>;

/** The hosts or services that a body is about, which says by `kind` how it names them. @throws {Refused} 400 — there is no such host. */
export function targetsOf(site: Site, body: Body, kind: string): readonly Target[] {
  const { estate } = site;
  switch (kind) {
    case "host":
      return [{ host: knownHost(site, body), service: undefined }];
    case "hostgroup": {
      const group = textAt(body, "hostgroup_name");
      const members = [...estate.hosts.values()].filter(({ groups }) => groups.includes(group));
      return members.map(({ name }) => ({ host: name, service: undefined }));
    }
    case "host_by_query": {
      const fits = fitting(body["query"], hostsOf(estate));
      return [...estate.hosts.values()].filter(fits).map(({ name }) => ({ host: name, service: undefined }));
    }
    case "service": {
      const host = knownHost(site, body);
      const one = body["service_description"];
      const names = typeof one === "string" ? [one] : textsIn(body, "service_descriptions");
      return names.map((service) => ({ host, service }));
    }
    case "servicegroup": {
      const group = textAt(body, "servicegroup_name");
      const members = [...estate.services()].filter(({ groups }) => groups.includes(group));
      return members.map(({ host, description }) => ({ host, service: description }));
    }
    case "service_by_query": {
      const fits = fitting(body["query"], servicesOf(estate));
      return [...estate.services()].filter(fits).map(({ host, description }) => ({ host, service: description }));
    }
    default:
      throw badFields({ type: [`Unsupported value: ${kind}`] });
  }
}

function knownHost(site: Site, body: Body): string {
  const host = textAt(body, "host_name");
  if (!site.estate.hosts.has(host)) throw badFields({ host_name: [`Host not found: '${host}'`] });
  return host;
}
