import type { Change, Standing } from "../change.ts";
import { type RowReader, mapRows } from "./cells.ts";
import { failureOf } from "./every-site.ts";
import { all, any, is } from "./query.ts";
import { hostStateOf, serviceStateOf } from "./rows.ts";
import type { Site } from "./site.ts";

/** How something stood when it was last looked at, and since when it has this state, in s. */
interface Known extends Standing {
  readonly host: string;
  readonly description: string | undefined;
  readonly since: number;
  readonly output: string;
}

/** What was seen of one table. What is well, not acknowledged and in no downtime is not kept: it is most of it. */
interface Seen {
  readonly known: ReadonlyMap<string, Known>;
  /** The last moment at which a state changed, in s, by the site's own clock. */
  readonly latest: number;
  /** What changed at that very moment: more of it may come that is not seen yet. */
  readonly atLatest: ReadonlySet<string>;
}

/** After so many looks everything is compared that is not well, lest something was missed: what is no longer monitored, for one. */
const looksUntilWhole = 60;

type TableName = "hosts" | "services";

const columnsOf = {
  hosts: ["name"],
  services: ["host_name", "description"],
} as const satisfies Record<TableName, readonly string[]>;

const standingColumns = [
  "state",
  "has_been_checked",
  "acknowledged",
  "scheduled_downtime_depth",
  "last_state_change",
  "plugin_output",
] as const;

/**
 * Finds what changes at a site: other states, acknowledgements and downtimes that come and go, that it is started anew, that it is gone or
 * back. Each look asks only for what changed its state since the last, and for what is acknowledged or in a downtime.
 *
 * What an unchanged state hides is seen where the core says that the state is a new one; that twice between two looks is one change.
 */
export class ChangeWatch {
  readonly #site: Site;
  #seen: { readonly startedAt: number; readonly tables: Readonly<Record<TableName, Seen>> } | undefined;
  #isReached = true;
  #looks = 0;

  constructor(site: Site) {
    this.#site = site;
  }

  /** What changed since the last look; of the first, nothing. @throws the signal's reason. */
  async look(signal: AbortSignal): Promise<readonly Change[]> {
    const site = this.#site.name;
    try {
      const changes = await this.#compare(signal);
      if (this.#isReached) return changes;
      this.#isReached = true;
      return [{ kind: "reached", site, reason: undefined }, ...changes];
    } catch (thrown) {
      const { reason } = failureOf(this.#site, thrown);
      if (!this.#isReached) return [];
      this.#isReached = false;
      return [{ kind: "reached", site, reason }];
    }
  }

  async #compare(signal: AbortSignal): Promise<readonly Change[]> {
    const startedAt = await this.#startedAt(signal);
    const before = this.#seen;
    const isRestarted = before !== undefined && before.startedAt !== startedAt;
    const isWhole = before === undefined || isRestarted || this.#looks % looksUntilWhole === 0;
    const [hosts, services] = await Promise.all([
      this.#lookAt("hosts", before?.tables.hosts, isWhole, signal),
      this.#lookAt("services", before?.tables.services, isWhole, signal),
    ]);
    this.#looks += 1;
    this.#seen = { startedAt, tables: { hosts: hosts.seen, services: services.seen } };
    const restarted: readonly Change[] = isRestarted ? [{ kind: "restarted", site: this.#site.name }] : [];
    return [...restarted, ...hosts.changes, ...services.changes];
  }

  async #startedAt(signal: AbortSignal): Promise<number> {
    const [row = []] = await this.#site.rows({ table: "status", columns: ["program_start"] }, signal);
    return Number(row[0]);
  }

  async #lookAt(
    table: TableName,
    before: Seen | undefined,
    isWhole: boolean,
    signal: AbortSignal,
  ): Promise<{ readonly seen: Seen; readonly changes: readonly Change[] }> {
    const latest = before?.latest ?? (await this.#latest(table, signal));
    const filter = any([
      ...(isWhole ? [all([[is("has_been_checked", "=", 1)], [is("state", "!=", 0)]])] : []),
      [is("last_state_change", ">=", latest)],
      [is("acknowledged", "=", 1)],
      [is("scheduled_downtime_depth", ">", 0)],
    ]);
    const columns = [...columnsOf[table], ...standingColumns];
    const rows = await this.#site.rows({ table, columns, filter }, signal);
    const found = mapRows(columns, rows, (read) => knownOf(table, read));
    const seen = seenIn(found, { before, latest, isWhole });
    return { seen, changes: before === undefined ? [] : this.#changesIn(found, before, seen) };
  }

  async #latest(table: TableName, signal: AbortSignal): Promise<number> {
    const [latest = 0] = await this.#site.count({ table, statistics: ["Stats: max last_state_change"] }, signal);
    return Math.floor(latest);
  }

  #changesIn(found: readonly Known[], before: Seen, after: Seen): readonly Change[] {
    const site = this.#site.name;
    const changes: Change[] = [];
    for (const now of found) {
      const was = before.known.get(keyOf(now));
      if (isChanged(was, now, before)) changes.push(changeOf(site, was, now));
    }
    const isFound = new Set(found.map(keyOf));
    for (const [key, was] of before.known) {
      if (isFound.has(key)) continue;
      const now = after.known.get(key);
      if (now !== was) changes.push(changeOf(site, was, now));
    }
    return changes;
  }
}

function changeOf(site: string, before: Known | undefined, after: Known | undefined): Change {
  const { host, description } = before ?? after ?? { host: "", description: undefined };
  return { kind: "standing", site, host, description, before, after, output: after?.output ?? "" };
}

/** What is known now. Of what was not found, as little is known as before; but it is neither acknowledged nor in a downtime, or would have been found. */
function seenIn(
  found: readonly Known[],
  {
    before,
    latest,
    isWhole,
  }: { readonly before: Seen | undefined; readonly latest: number; readonly isWhole: boolean },
): Seen {
  const known = new Map<string, Known>();
  for (const [key, was] of isWhole ? [] : (before?.known ?? [])) {
    const now = was.isAcknowledged || was.isInDowntime ? { ...was, isAcknowledged: false, isInDowntime: false } : was;
    if (isWorthKeeping(now)) known.set(key, now);
  }
  let last = latest;
  for (const now of found) {
    last = Math.max(last, now.since);
    if (isWorthKeeping(now)) known.set(keyOf(now), now);
    else known.delete(keyOf(now));
  }
  return { known, latest: last, atLatest: new Set(found.filter(({ since }) => since === last).map(keyOf)) };
}

function isChanged(was: Known | undefined, now: Known, { latest, atLatest }: Seen): boolean {
  if (was === undefined) {
    const isNew = now.since > latest || (now.since === latest && !atLatest.has(keyOf(now)));
    return isNew || isWorthKeeping(now);
  }
  return (
    was.state !== now.state ||
    was.isAcknowledged !== now.isAcknowledged ||
    was.isInDowntime !== now.isInDowntime ||
    was.since !== now.since
  );
}

function isWorthKeeping({ state, isAcknowledged, isInDowntime }: Standing): boolean {
  return isAcknowledged || isInDowntime || (state !== "OK" && state !== "UP" && state !== "PENDING");
}

function keyOf({ host, description }: Pick<Known, "host" | "description">): string {
  return description === undefined ? host : `${host}\n${description}`;
}

function knownOf(table: TableName, read: RowReader): Known {
  const isHost = table === "hosts";
  const isChecked = read.flag("has_been_checked");
  const number = read.number("state");
  return {
    host: read.text(isHost ? "name" : "host_name"),
    description: isHost ? undefined : read.text("description"),
    state: isHost ? hostStateOf(isChecked, number) : serviceStateOf(isChecked, number),
    isAcknowledged: read.flag("acknowledged"),
    isInDowntime: read.flag("scheduled_downtime_depth"),
    since: read.number("last_state_change"),
    output: read.text("plugin_output"),
  };
}
