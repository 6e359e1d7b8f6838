import {
  type HostFilter,
  type HostState,
  type LogFilter,
  type ServiceFilter,
  type ServiceState,
  hostStates,
  serviceStates,
} from "../monitoring.ts";
import { all, any, is, literally } from "./query.ts";

type Headers = readonly string[];

/** What stands before the columns of a host: nothing in the table of hosts, `host_` in that of services. */
type Prefix = "" | "host_";

/** The headers that let these hosts pass. */
export function ofHosts(filter: HostFilter): Headers {
  const { names, search, states, folder, group, isAcknowledged, isInDowntime } = filter;
  return all([
    ...oneOf("name", names),
    ...(search === undefined ? [] : [containing(["name", "alias", "address"], search)]),
    ...(states === undefined ? [] : [any(states.map((state) => inState(hostStates, state)))]),
    ...(folder === undefined ? [] : [[inFolder(folder)]]),
    ...(group === undefined ? [] : [[is("groups", ">=", group)]]),
    ...flag("acknowledged", isAcknowledged),
    ...(isInDowntime === undefined ? [] : [inDowntime("", isInDowntime)]),
  ]);
}

/** The headers that let these services pass. */
export function ofServices(filter: ServiceFilter): Headers {
  const { hosts, descriptions, search, states, group, isAcknowledged, isInDowntime } = filter;
  return all([
    ...oneOf("host_name", hosts),
    ...oneOf("description", descriptions),
    ...(search === undefined ? [] : [containing(["description", "host_name"], search)]),
    ...(states === undefined ? [] : [any(states.map((state) => inState(serviceStates, state)))]),
    ...(group === undefined ? [] : [[is("groups", ">=", group)]]),
    ...flag("acknowledged", isAcknowledged),
    ...(isInDowntime === undefined ? [] : [eitherInDowntime(isInDowntime)]),
  ]);
}

/** The class that every core gives to alerts: it reads no other lines where those alone are asked for. */
const alertClass = 1;

/** The headers that let lines of a log pass, as far as these columns of it say what they are about; more may pass than is asked for. */
export function ofLog({ since, until, host, kinds }: LogFilter, columns: ReadonlySet<string>): Headers {
  const isOfAlerts = kinds?.every((kind) => kind === "alert") === true;
  return [
    is("time", ">=", Math.floor(since / 1000)),
    ...(until === undefined ? [] : [is("time", "<", Math.ceil(until / 1000))]),
    ...(isOfAlerts && columns.has("class") ? [is("class", "=", alertClass)] : []),
    // Not every core fills the column.
    ...(host !== undefined && columns.has("host_name")
      ? any([[is("host_name", "=", host)], [is("host_name", "=", "")]])
      : []),
  ];
}

/** One of these names. Of none, nothing is: a filter that names nothing lets nothing pass. */
function oneOf(column: string, names: readonly string[] | undefined): readonly Headers[] {
  if (names === undefined) return [];
  return [names.length === 0 ? [is(column, "=", "")] : any(names.map((name) => [is(column, "=", name)]))];
}

function containing(columns: readonly string[], text: string): Headers {
  return any(columns.map((column) => [is(column, "~~", literally(text))]));
}

/** A state as cores number it: what was never checked has the number of some state, which it is not in. */
export function inState<State extends HostState | ServiceState>(numbers: readonly State[], state: State): Headers {
  const number = numbers.indexOf(state);
  if (number === -1) return [is("has_been_checked", "=", 0)];
  return all([[is("has_been_checked", "=", 1)], [is("state", "=", number)]]);
}

/** Checkmk keeps the hosts of a folder in a file of the configuration, whose name hosts know. */
function inFolder(folder: string): string {
  const path = folder.replaceAll(/^[/~\\]+|[/~\\]+$/g, "").replaceAll(/[~\\]/g, "/");
  return is("filename", "~", `^/wato/${path === "" ? "" : `${literally(path)}/`}`);
}

function flag(column: string, wanted: boolean | undefined): readonly Headers[] {
  return wanted === undefined ? [] : [[is(column, "=", wanted ? 1 : 0)]];
}

/** Whether it is in a downtime of its own. */
export function inDowntime(prefix: Prefix, wanted: boolean): Headers {
  return [is(`${prefix}scheduled_downtime_depth`, wanted ? ">" : "=", 0)];
}

function eitherInDowntime(wanted: boolean): Headers {
  const both = [inDowntime("", wanted), inDowntime("host_", wanted)];
  return wanted ? any(both) : all(both);
}
