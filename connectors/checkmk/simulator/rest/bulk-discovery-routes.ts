import type { Acceptance } from "../bulk-scan.ts";
import type { Site } from "../site.ts";
import { type Reply, Refused, badFields, domainObject, notFound, problem } from "./reply.ts";
import { type Route, type RouteRequest, objectIn, textsIn } from "./route.ts";

const start = "/domain-types/discovery_run/actions/bulk-discovery-start/invoke";

/** Discoveries of many hosts: until 2.3 a run of its own kind, then a job as any other. */
export const bulkDiscoveryRoutes: readonly Route[] = [
  { method: "POST", path: start, permission: "wato.edit", run: begin },
  { method: "GET", path: "/objects/discovery_run/{job_id}", until: "2.4", run: showRun },
  { method: "GET", path: "/objects/background_job/{job_id}", since: "2.4", run: showJob },
];

function begin({ site, body, user }: RouteRequest): Reply {
  const hosts = textsIn(body, "hostnames");
  const unknown = hosts.filter((name) => !site.configuration.hosts.has(name));
  if (unknown.length > 0) throw badFields({ hostnames: unknown.map((name) => `Host not found: '${name}'`) });
  if (site.bulkScan.last?.isDone === false)
    throw new Refused(problem(409, "Conflict", "A bulk discovery job is already active"));
  const isJob = site.version.startsWith("2.4");
  const id = isJob ? `bulk-discovery-${user.name}` : "bulk_discovery";
  site.bulkScan.begin(id, hosts, acceptanceIn(body), user.name);
  if (!isJob) return { status: 200, body: run(id, true, hosts) };
  const location = `/${site.name}/check_mk/api/1.0/objects/background_job/${id}`;
  return { status: 303, headers: { location } };
}

/** Until 2.2 one mode said it. */
function acceptanceIn(body: Readonly<Record<string, unknown>>): Acceptance {
  const options = objectIn(body, "options");
  const mode = body["options"] === undefined ? body["mode"] : undefined;
  return {
    isAdding: options["monitor_undecided_services"] === true || mode === "new" || mode === "fix_all",
    isRemoving: options["remove_vanished_services"] === true || mode === "remove" || mode === "fix_all",
  };
}

function lastOf(site: Site, { job_id: id = "" }: Readonly<Record<string, string>>) {
  const { last } = site.bulkScan;
  if (last?.id !== id) throw notFound(`The background job ${id}`);
  return last;
}

function showRun({ site, params }: RouteRequest): Reply {
  const { id, isDone, hosts } = lastOf(site, params);
  return { status: 200, body: run(id, !isDone, hosts) };
}

function run(id: string, active: boolean, hosts: readonly string[]): object {
  const state = active ? "running" : "finished";
  const extensions = { active, state, logs: { result: resultOf(active, hosts), progress: [] } };
  return domainObject("discovery_run", id, `Background job ${id} is ${active ? "active" : "finished"}`, extensions);
}

function showJob({ site, params }: RouteRequest): Reply {
  const { id, isDone, hosts } = lastOf(site, params);
  const state = isDone ? "finished" : "running";
  const log = { JobProgressUpdate: [], JobResult: resultOf(!isDone, hosts), JobException: [] };
  const extensions = { site_id: site.name, active: !isDone, status: { state, log_info: log } };
  return { status: 200, body: domainObject("background_job", id, `Background job ${id}`, extensions) };
}

function resultOf(isActive: boolean, hosts: readonly string[]): readonly string[] {
  return isActive ? [] : [`Bulk discovery successful: ${hosts.length} hosts`];
}
