import type { ActivationRun } from "../activations.ts";
import { requireEtag } from "./etag.ts";
import { type Reply, Refused, domainObject, etagOf, link, notFound, problem, timeText } from "./reply.ts";
import { type Route, type RouteRequest, textsIn } from "./route.ts";
import type { Site } from "../site.ts";

/** Making what is configured what is monitored. */
export const activationRoutes: readonly Route[] = [
  { method: "GET", path: "/domain-types/activation_run/collections/pending_changes", run: pending },
  { method: "GET", path: "/domain-types/activation_run/collections/running", run: running },
  {
    method: "POST",
    path: "/domain-types/activation_run/actions/activate-changes/invoke",
    permission: "wato.activate",
    run: activate,
  },
  { method: "GET", path: "/objects/activation_run/{activation_id}", run: show },
  { method: "GET", path: "/objects/activation_run/{activation_id}/actions/wait-for-completion/invoke", run: wait },
];

function pending({ site }: RouteRequest): Reply {
  const { pending: changes } = site.configuration;
  const rel = "urn:com.checkmk:rels/activate";
  const links = [link(rel, "POST", "/domain-types/activation_run/actions/activate-changes/invoke")];
  const body = { domainType: "activation_run", links, value: changes.map(shownChange), extensions: {} };
  return { status: 200, body, headers: { etag: etagOf(changes) } };
}

function running({ site }: RouteRequest): Reply {
  const value = site.activations.running().map((run) => shown(site, run));
  return { status: 200, body: { id: "running", domainType: "activation_run", links: [], value, extensions: {} } };
}

function activate({ site, body, ifMatch, user }: RouteRequest): Reply {
  const { pending: changes } = site.configuration;
  requireEtag(changes, ifMatch);
  const sites = textsIn(body, "sites");
  if (changes.length === 0) {
    throw new Refused(problem(422, "Unprocessable Entity", "Currently there are no changes to activate."));
  }
  if (site.activations.running().length > 0) {
    throw new Refused(problem(423, "Locked", "There is already an activation running."));
  }
  const isForeign = changes.some((change) => change.user !== user.name);
  if (isForeign && (body["force_foreign_changes"] !== true || user.lacks?.includes("wato.activateforeign") === true)) {
    throw new Refused(
      problem(
        401,
        "Unauthorized",
        "There are some changes made by your colleagues and you did not confirm to activate them.",
      ),
    );
  }
  const run = site.activations.start(sites.length === 0 ? [site.name] : sites, body["force_foreign_changes"] === true);
  if (body["redirect"] !== true) return { status: 200, body: shown(site, run) };
  const status = site.version.startsWith("2.3") ? 302 : 303;
  return { status, headers: { location: `/${site.name}/check_mk/api/1.0${waitPath(run.id)}` } };
}

function show({ site, params }: RouteRequest): Reply {
  return { status: 200, body: shown(site, runAt(site, params)) };
}

/** Answers at once where the run is still under way; a site waits for a while first. */
function wait({ site, params, path }: RouteRequest): Reply {
  return runAt(site, params).isRunning ? { status: 302, headers: { location: path } } : { status: 204 };
}

function runAt(site: Site, { activation_id: id = "" }: Readonly<Record<string, string>>): ActivationRun {
  const run = site.activations.get(id);
  if (run === undefined) throw notFound(`An activation with id '${id}'`);
  return run;
}

function waitPath(id: string): string {
  return `/objects/activation_run/${id}/actions/wait-for-completion/invoke`;
}

function shown({ version }: Site, run: ActivationRun): object {
  const { id, sites, isRunning, isForced, startedAt, changes } = run;
  const time = timeText(startedAt);
  const status = sites.map((site) => ({
    site,
    phase: isRunning ? "activate" : "done",
    state: isRunning ? null : "success",
    status_text: isRunning ? "Activating" : "Success",
    status_details: "",
    start_time: time,
    end_time: isRunning ? null : time,
  }));
  const title = `Activation status: ${isRunning ? "In progress" : "Complete"}.`;
  return domainObject("activation_run", id, title, {
    sites,
    is_running: isRunning,
    force_foreign_changes: isForced,
    time_started: time,
    changes: changes.map(shownChange),
    ...(!version.startsWith("2.3") && { status_per_site: status }),
  });
}

function shownChange({ id, user, action, text, time }: ActivationRun["changes"][number]): object {
  return { id, user_id: user, action_name: action, text, time: timeText(time) };
}
