import type { SimulatedEvent } from "../console-events.ts";
import { type Filtered, int, string, time } from "../livestatus/tables.ts";
import type { Site } from "../site.ts";
import { fitting, queryIn } from "./expression.ts";
import { type Reply, badFields, collection, domainObject, notFound, timeText } from "./reply.ts";
import { type Route, type RouteRequest, objectIn, textAt } from "./route.ts";

/** The event console. */
export const eventRoutes: readonly Route[] = [
  { method: "GET", path: "/domain-types/event_console/collections/all", run: list },
  {
    method: "GET",
    path: "/objects/event_console/{event_id}",
    run: ({ site, params }) => ({ status: 200, body: shown(site, eventAt(site, params)) }),
  },
  {
    method: "POST",
    path: "/objects/event_console/{event_id}/actions/update_and_acknowledge/invoke",
    permission: "mkeventd.update",
    run: acknowledge,
  },
  {
    method: "POST",
    path: "/objects/event_console/{event_id}/actions/change_state/invoke",
    permission: "mkeventd.changestate",
    run: changeState,
  },
  {
    method: "POST",
    path: "/domain-types/event_console/actions/delete/invoke",
    permission: "mkeventd.delete",
    run: remove,
  },
];

const states = ["ok", "warning", "critical", "unknown"] as const;

const events: Filtered<SimulatedEvent> = {
  name: "eventconsoleevents",
  columns: {
    event_id: int((event) => event.id),
    event_host: string((event) => event.host),
    event_application: string((event) => event.application),
    event_text: string((event) => event.text),
    event_state: int((event) => event.state),
    event_phase: string((event) => event.phase),
    event_count: int((event) => event.count),
    event_first: time((event) => event.first),
    event_last: time((event) => event.last),
  },
};

function list({ site, query }: RouteRequest): Reply {
  const fits = fitting(queryIn(query), events);
  const is = (name: string, value: string): boolean => (query.get(name) ?? value) === value;
  const found = site.events.all.filter((event) => {
    const { host, application, state, phase } = event;
    return (
      is("site_id", site.name) &&
      is("host", host) &&
      is("application", application) &&
      is("state", states[state]) &&
      is("phase", phase) &&
      fits(event)
    );
  });
  return {
    status: 200,
    body: collection(
      "event_console",
      found.map((event) => shown(site, event)),
    ),
  };
}

function acknowledge({ site, params, body }: RouteRequest): Reply {
  requireSite(site, body);
  const event = eventAt(site, params);
  const { change_comment: comment, change_contact: contact } = body;
  site.events.put({
    ...event,
    phase: body["phase"] === "open" ? "open" : "ack",
    ...(typeof comment === "string" && { comment }),
    ...(typeof contact === "string" && { contact }),
  });
  return { status: 204 };
}

function changeState({ site, params, body }: RouteRequest): Reply {
  requireSite(site, body);
  const event = eventAt(site, params);
  const state = ([0, 1, 2, 3] as const).find((number) => states[number] === body["new_state"]);
  if (state === undefined) throw badFields({ new_state: ["Not one of the enum values"] });
  site.events.put({ ...event, state });
  return { status: 204 };
}

function remove({ site, body }: RouteRequest): Reply {
  const kind = textAt(body, "filter_type");
  if (kind === "by_id") site.events.remove(Number(body["event_id"]));
  else if (kind === "params") {
    const { host, application } = objectIn(body, "filters");
    const chosen = site.events.all.filter(
      (event) => (host ?? event.host) === event.host && (application ?? event.application) === event.application,
    );
    for (const { id } of chosen) site.events.remove(id);
  } else throw badFields({ filter_type: [`Unsupported value: ${kind}`] });
  return { status: 204 };
}

function requireSite(site: Site, body: Readonly<Record<string, unknown>>): void {
  const name = textAt(body, "site_id");
  if (name !== site.name) throw badFields({ site_id: [`The site '${name}' should exist but it doesn't.`] });
}

function eventAt(site: Site, { event_id: id = "" }: Readonly<Record<string, string>>): SimulatedEvent {
  const event = site.events.find(Number(id));
  if (event === undefined) throw notFound(`The event with id ${id}`);
  return event;
}

function shown(site: Site, event: SimulatedEvent): object {
  const { id, host, application, text, state, phase, count, first, last, comment, contact } = event;
  return domainObject("event_console", String(id), text, {
    site_id: site.name,
    state: states[state],
    service_level: "no_service_level",
    host,
    rule_id: "default",
    application,
    comment,
    contact,
    ipaddress: site.estate.hosts.get(host)?.address ?? "",
    facility: application === "snmptrapd" ? "snmptrap" : "daemon",
    priority: state === 2 ? "crit" : state === 1 ? "warning" : "info",
    phase,
    last: timeText(last),
    first: timeText(first),
    count,
    text,
  });
}
