import { type Reply, Refused, problem } from "./reply.ts";
import { type Route, type RouteRequest, textAt } from "./route.ts";
import { targetsOf } from "./targets.ts";

/** Taking problems on. */
export const acknowledgeRoutes: readonly Route[] = [
  {
    method: "POST",
    path: "/domain-types/acknowledge/collections/host",
    permission: "action.acknowledge",
    run: acknowledge,
  },
  {
    method: "POST",
    path: "/domain-types/acknowledge/collections/service",
    permission: "action.acknowledge",
    run: acknowledge,
  },
  {
    method: "POST",
    path: "/domain-types/acknowledge/actions/delete/invoke",
    permission: "action.acknowledge",
    run: remove,
  },
];

function acknowledge({ site, body, user }: RouteRequest): Reply {
  const kind = textAt(body, "acknowledge_type");
  const targets = targetsOf(site, unquoted(body), kind);
  const { expire_on: expireOn } = body;
  const acknowledgement = {
    author: user.name,
    comment: textAt(body, "comment"),
    sticky: body["sticky"] !== false,
    persistent: body["persistent"] === true,
    notify: body["notify"] !== false,
    expiresAt: typeof expireOn === "string" ? Math.floor(Date.parse(expireOn) / 1000) : undefined,
  };
  const missing = targets.find((target) => site.estate.find(target) === undefined);
  if (missing !== undefined) {
    const detail = `Service '${missing.service}'@'${missing.host}' could not be found.`;
    throw new Refused(problem(400, "Service not found", detail));
  }
  const done = targets.filter((target) => site.estate.acknowledge(target, acknowledgement));
  if (done.length > 0) return { status: 204 };
  const [first] = targets;
  const title = first?.service === undefined ? `Host '${first?.host}' has no problem.` : "This service has no problem";
  throw new Refused(problem(422, title, "You can't acknowledge a problem that doesn't exist."));
}

function remove({ site, body }: RouteRequest): Reply {
  for (const target of targetsOf(site, body, textAt(body, "acknowledge_type")))
    site.estate.removeAcknowledgement(target);
  return { status: 204 };
}

/** This one call takes a quoting off the name of the service, as the site's code does. */
function unquoted(body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { service_description: description } = body;
  if (typeof description !== "string") return body;
  const text = description.replaceAll(/(?:%[0-9a-fA-F]{2})+/g, (quoted) =>
    Buffer.from(quoted.replaceAll("%", ""), "hex").toString(),
  );
  return { ...body, service_description: text };
}
