import { downtimes } from "../livestatus/tables.ts";
import type { Downtime } from "../remarks.ts";
import type { Site } from "../site.ts";
import { fitting, queryIn } from "./expression.ts";
import { type Reply, Refused, badFields, collection, domainObject, notFound, problem, timeText } from "./reply.ts";
import { type Route, type RouteRequest, objectIn, textAt, textsIn } from "./route.ts";
import { targetsOf } from "./targets.ts";

const permission = "action.downtimes";

/** Times in which problems are expected. */
export const downtimeRoutes: readonly Route[] = [
  { method: "POST", path: "/domain-types/downtime/collections/host", permission, run: create },
  { method: "POST", path: "/domain-types/downtime/collections/service", permission, run: create },
  { method: "GET", path: "/domain-types/downtime/collections/all", run: list },
  { method: "GET", path: "/objects/downtime/{downtime_id}", run: show },
  { method: "POST", path: "/domain-types/downtime/actions/delete/invoke", permission, run: remove },
  { method: "PUT", path: "/domain-types/downtime/actions/modify/invoke", permission, run: modify },
];

/** How the core numbers repetitions. */
const recurrences = [
  "fixed",
  "hour",
  "day",
  "week",
  "second_week",
  "fourth_week",
  "weekday_start",
  "weekday_end",
  "day_of_month",
];

function create({ site, body, user }: RouteRequest): Reply {
  const kind = textAt(body, "downtime_type");
  const [startTime, endTime] = [timeAt(body, "start_time"), timeAt(body, "end_time")];
  if (endTime <= startTime) throw badFields({ end_time: ["The end of a downtime must be after its start."] });
  const recur = typeof body["recur"] === "string" ? body["recur"] : "fixed";
  const recurring = recurrences.indexOf(recur);
  if (recurring < 0) throw badFields({ recur: [`'${recur}' is not one of the enum values`] });
  const targets = targetsOf(site, body, kind);
  if (targets.length === 0) {
    throw new Refused(
      problem(422, "Query did not match any host", "The provided query returned an empty list so no downtime was set"),
    );
  }
  const comment = typeof body["comment"] === "string" ? body["comment"] : `Downtime for ${kind}`;
  const durationS = typeof body["duration"] === "number" ? body["duration"] * 60 : 0;
  for (const target of targets) {
    site.estate.scheduleDowntime({ ...target, author: user.name, comment, startTime, endTime, durationS, recurring });
  }
  return { status: 204 };
}

function list({ site, query }: RouteRequest): Reply {
  const fits = fitting(queryIn(query), downtimes);
  const [host, service, kind] = [query.get("host_name"), query.get("service_description"), query.get("downtime_type")];
  const found = [...site.estate.downtimes.values()].filter((downtime) => {
    if (host !== null && downtime.host !== host) return false;
    if (service !== null && downtime.service !== service) return false;
    if (kind === "host" || kind === "service") return (downtime.service === undefined) === (kind === "host");
    return fits(downtime);
  });
  return {
    status: 200,
    body: collection(
      "downtime",
      found.map((downtime) => shown(site, downtime)),
    ),
  };
}

function show({ site, params: { downtime_id: id = "" } }: RouteRequest): Reply {
  const downtime = site.estate.downtimes.get(Number(id));
  if (downtime === undefined) throw notFound(`The downtime id ${id}`);
  return { status: 200, body: shown(site, downtime) };
}

function remove({ site, body }: RouteRequest): Reply {
  for (const { id } of chosen(site, body, textAt(body, "delete_type"))) site.estate.removeDowntime(id);
  return { status: 204 };
}

function modify({ site, body }: RouteRequest): Reply {
  for (const { id, endTime } of chosen(site, body, textAt(body, "modify_type"))) {
    const { comment } = body;
    const end = body["end_time"] === undefined ? undefined : newEnd(objectIn(body, "end_time"), endTime);
    site.estate.modifyDowntime(id, {
      ...(end !== undefined && { endTime: end }),
      ...(typeof comment === "string" && { comment }),
    });
  }
  return { status: 204 };
}

function newEnd(given: Readonly<Record<string, unknown>>, endTime: number): number {
  const { modify_type: kind, value } = given;
  if (kind === "relative" && typeof value === "number") return endTime + value * 60;
  if (kind === "absolute") return timeAt(given, "value");
  throw badFields({ end_time: ["Not a valid end time."] });
}

function chosen(site: Site, body: Readonly<Record<string, unknown>>, kind: string): readonly Downtime[] {
  const all = [...site.estate.downtimes.values()];
  switch (kind) {
    case "by_id":
      return all.filter(({ id }) => String(id) === textAt(body, "downtime_id"));
    case "params": {
      const services = textsIn(body, "service_descriptions");
      const host = textAt(body, "host_name");
      return all.filter((each) => {
        if (each.host !== host) return false;
        return services.length === 0 ? each.service === undefined : services.includes(each.service ?? "");
      });
    }
    case "query":
      return all.filter(fitting(body["query"], downtimes));
    default:
      throw badFields({ type: [`Unsupported value: ${kind}`] });
  }
}

function timeAt(body: Readonly<Record<string, unknown>>, name: string): number {
  const moment = Date.parse(textAt(body, name));
  if (Number.isNaN(moment)) throw badFields({ [name]: ["Not a valid datetime."] });
  return Math.floor(moment / 1000);
}

function shown(site: Site, downtime: Downtime): object {
  const { id, host, service, author, startTime, endTime, durationS, recurring, comment } = downtime;
  const title = service === undefined ? `Downtime for host: ${host}` : `Downtime for service: ${service} @ ${host}`;
  // Until 2.3 truths are words, and the mode is told.
  const isOld = site.version.startsWith("2.3");
  const truth = (value: boolean): boolean | string => (isOld ? (value ? "yes" : "no") : value);
  const mode = durationS === 0 ? { type: "fixed" } : { type: "flexible", duration_minutes: durationS / 60 };
  const extensions = {
    site_id: site.name,
    host_name: host,
    author,
    start_time: timeText(startTime),
    end_time: timeText(endTime),
    recurring: truth(recurring > 0),
    comment,
    is_service: truth(service !== undefined),
    ...(isOld && { mode }),
    ...(service !== undefined && { service_description: service }),
  };
  return domainObject("downtime", String(id), title, extensions);
}
