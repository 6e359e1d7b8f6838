import { comments } from "../livestatus/tables.ts";
import type { Comment } from "../remarks.ts";
import type { Site } from "../site.ts";
import { fitting, queryIn } from "./expression.ts";
import { type Reply, badFields, collection, domainObject, notFound, timeText } from "./reply.ts";
import { type Route, type RouteRequest, textAt, textsIn } from "./route.ts";
import { targetsOf } from "./targets.ts";

const permission = "action.addcomment";

/** What people say of hosts and services. */
export const commentRoutes: readonly Route[] = [
  { method: "POST", path: "/domain-types/comment/collections/host", permission, run: create },
  { method: "POST", path: "/domain-types/comment/collections/service", permission, run: create },
  { method: "GET", path: "/domain-types/comment/collections/{collection_name}", run: list },
  { method: "GET", path: "/objects/comment/{comment_id}", run: show },
  { method: "POST", path: "/domain-types/comment/actions/delete/invoke", permission, run: remove },
];

function create({ site, body, user }: RouteRequest): Reply {
  const words = { author: user.name, text: textAt(body, "comment"), persistent: body["persistent"] === true };
  for (const target of targetsOf(site, body, textAt(body, "comment_type"))) site.estate.addComment(target, words);
  return { status: 204 };
}

function list({ site, query, params: { collection_name: which = "all" } }: RouteRequest): Reply {
  const fits = fitting(queryIn(query), comments);
  const [host, service] = [query.get("host_name"), query.get("service_description")];
  const found = [...site.estate.comments.values()].filter((comment) => {
    if (which !== "all" && (comment.service === undefined) !== (which === "host")) return false;
    if (host !== null && comment.host !== host) return false;
    return (service === null || comment.service === service) && fits(comment);
  });
  return {
    status: 200,
    body: collection(
      "comment",
      found.map((comment) => shown(site, comment)),
    ),
  };
}

function show({ site, params: { comment_id: id = "" } }: RouteRequest): Reply {
  const comment = site.estate.comments.get(Number(id));
  if (comment === undefined) throw notFound(`The comment ${id}`);
  return { status: 200, body: shown(site, comment) };
}

function remove({ site, body }: RouteRequest): Reply {
  const all = [...site.estate.comments.values()];
  const kind = textAt(body, "delete_type");
  let chosen: readonly Comment[];
  if (kind === "by_id") chosen = all.filter(({ id }) => id === body["comment_id"]);
  else if (kind === "query") chosen = all.filter(fitting(body["query"], comments));
  else if (kind === "params") {
    const services = textsIn(body, "service_descriptions");
    chosen = all.filter(
      ({ host, service }) =>
        host === body["host_name"] &&
        (services.length === 0 ? service === undefined : services.includes(service ?? "")),
    );
  } else throw badFields({ delete_type: [`Unsupported value: ${kind}`] });
  for (const { id } of chosen) site.estate.removeComment(id);
  return { status: 204 };
}

function shown(site: Site, { id, host, service, author, text, persistent, entryTime }: Comment): object {
  return domainObject("comment", String(id), `Comment ${id}`, {
    host_name: host,
    id,
    author,
    comment: text,
    persistent,
    entry_time: timeText(entryTime),
    service_description: service ?? "",
    is_service: service !== undefined,
    site_id: site.name,
  });
}
