import {
  type HostFilter,
  type HostState,
  type ServiceFilter,
  type ServiceState,
  hostStates,
  serviceStates,
} from "../monitoring.ts";
import { type Condition, all, any, is, literally } from "./condition.ts";
import type { Range } from "./parts.ts";

/** What stands before the columns of a host: nothing in the table of hosts, `host_` in that of services. */
type Prefix = "" | "host_";

/** What holds of these hosts. */
export function ofHosts(filter: HostFilter): Condition {
  const { names, search, states, folder, group, isAcknowledged, isInDowntime } = filter;
  return all([
    ...oneOf("name", names),
    ...(search === undefined ? [] : [containing(["name", "alias", "address"], search)]),
    ...(states === undefined ? [] : [any(states.map((state) => inState(hostStates, state)))]),
    ...(folder === undefined ? [] : [inFolder(folder)]),
    ...(group === undefined ? [] : [is("groups", ">=", group)]),
    ...flag("acknowledged", isAcknowledged),
    ...(isInDowntime === undefined ? [] : [inDowntime("", isInDowntime)]),
  ]);
}

/** What holds of these services. */
export function ofServices(filter: ServiceFilter): Condition {
  const { hosts, descriptions, search, states, group, isAcknowledged, isInDowntime } = filter;
  return all([
    ...oneOf("host_name", hosts),
    ...oneOf("description", descriptions),
    ...(search === undefined ? [] : [containing(["description", "host_name"], search)]),
    ...(states === undefined ? [] : [any(states.map((state) => inState(serviceStates, state)))]),
    ...(group === undefined ? [] : [is("groups", ">=", group)]),
    ...flag("acknowledged", isAcknowledged),
    ...(isInDowntime === undefined ? [] : [eitherInDowntime(isInDowntime)]),
  ]);
}

/** What holds of rows whose host is in a range. */
export function inRange({ host }: { readonly host: string }, { first, last }: Range): readonly Condition[] {
  return first === last ? [is(host, "=", first)] : [is(host, ">=", first), is(host, "<=", last)];
}

/** One of these names. Of none, nothing is: a filter that names nothing lets nothing pass. */
function oneOf(column: string, names: readonly string[] | undefined): readonly Condition[] {
  if (names === undefined) return [];
  return [names.length === 0 ? is(column, "=", "") : any(names.map((name) => is(column, "=", name)))];
}

function containing(columns: readonly string[], text: string): Condition {
  return any(columns.map((column) => is(column, "~~", literally(text))));
}

/** A state as cores number it: what was never checked has the number of some state, which it is not in. */
export function inState<State extends HostState | ServiceState>(numbers: readonly State[], state: State): Condition {
  const number = numbers.indexOf(state);
  if (number === -1) return is("has_been_checked", "=", 0);
  return all([is("has_been_checked", "=", 1), is("state", "=", number)]);
}

/** Checkmk keeps the hosts of a folder in a file of the configuration, whose name hosts know. */
function inFolder(folder: string): Condition {
  const path = folder.replaceAll(/^[/~\\]+|[/~\\]+$/g, "").replaceAll(/[~\\]/g, "/");
  return is("filename", "~", `^/wato/${path === "" ? "" : `${literally(path)}/`}`);
}

function flag(column: string, wanted: boolean | undefined): readonly Condition[] {
  return wanted === undefined ? [] : [is(column, "=", wanted ? 1 : 0)];
}

/** Whether it is in a downtime of its own. */
export function inDowntime(prefix: Prefix, wanted: boolean): Condition {
  return is(`${prefix}scheduled_downtime_depth`, wanted ? ">" : "=", 0);
}

function eitherInDowntime(wanted: boolean): Condition {
  const both = [inDowntime("", wanted), inDowntime("host_", wanted)];
  return wanted ? any(both) : all(both);
}
