import type { Change, Standing } from "./change.ts";
import { type Cells, type ColumnReader, mapRows } from "./rows/cells.ts";
import { type Condition, all, any, is } from "./rows/condition.ts";
import type { Asked } from "./rows/every-site.ts";
import { hostStateOf, serviceStateOf } from "./rows/rows.ts";

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
  /** From which moment on changes are asked for next, in s. */
  readonly from: number;
  /** Since when each thing that was seen with a state from that moment on has it: it is asked for again, and is no change. */
  readonly recent: ReadonlyMap<string, number>;
}

/** After so many looks everything is compared that is not well, lest something was missed: what is no longer monitored, for one. */
const looksUntilWhole = 60;

/** A slow check is dated by its start: what changed so long before the last change, in s, may come after it. */
const overlapSeconds = 120;

/** Recent changes that are kept. Where more come at once, those before the newest are not asked for again. */
const mostRecent = 20_000;

/** Things that are asked for by name at once. */
const mostNamed = 200;

/** What is looked at. */
export type TableName = "hosts" | "services";

/** A site as far as changes of it are looked for. */
export interface WatchedSite extends Asked {
  /** When its core was started, in s since 1970; always the same where nobody knows. */
  readonly startedAt: (signal: AbortSignal) => Promise<number>;
  /** The latest change of a state, in s since 1970; now, where nobody knows. */
  readonly latestChange: (table: TableName, signal: AbortSignal) => Promise<number>;
  /** The cells of these columns. */
  readonly read: (
    query: { readonly table: TableName; readonly columns: readonly string[]; readonly filter: Condition },
    signal: AbortSignal,
  ) => Promise<readonly Cells[]>;
}

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
 * back. Each look asks only for what changed its state since shortly before the last, and for what is acknowledged or in a downtime.
 *
 * What an unchanged state hides is seen where the core says that the state is a new one; that twice between two looks is one change.
 */
export class ChangeWatch {
  readonly #site: WatchedSite;
  readonly #now: () => number;
  #seen: { readonly startedAt: number; readonly tables: Readonly<Record<TableName, Seen>> } | undefined;
  #isReached = true;
  #looks = 0;

  /** `now` in ms since 1970: what a site dates after it hides no later change. */
  constructor(site: WatchedSite, now: () => number = () => Date.now()) {
    this.#site = site;
    this.#now = now;
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
      const { reason } = this.#site.failureOf(thrown);
      if (!this.#isReached) return [];
      this.#isReached = false;
      return [{ kind: "reached", site, reason }];
    }
  }

  async #compare(signal: AbortSignal): Promise<readonly Change[]> {
    const startedAt = await this.#site.startedAt(signal);
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

  async #lookAt(
    table: TableName,
    before: Seen | undefined,
    isWhole: boolean,
    signal: AbortSignal,
  ): Promise<{ readonly seen: Seen; readonly changes: readonly Change[] }> {
    const from = before?.from ?? this.#fromFor(await this.#site.latestChange(table, signal));
    const filter = any([
      ...(isWhole ? [all([is("has_been_checked", "=", 1), is("state", "!=", 0)])] : []),
      is("last_state_change", ">=", from),
      is("acknowledged", "=", 1),
      is("scheduled_downtime_depth", ">", 0),
    ]);
    const found = await this.#read(table, filter, signal);
    if (isWhole && before !== undefined) found.push(...(await this.#missing(table, before, found, signal)));
    const known = knownIn(found, before, isWhole);
    const latest = found.reduce((last, { since }) => Math.max(last, since), 0);
    const seen = { known, ...recentIn(found, Math.max(from, this.#fromFor(latest))) };
    return { seen, changes: before === undefined ? [] : this.#changesIn(found, before, seen) };
  }

  async #read(table: TableName, filter: Condition, signal: AbortSignal): Promise<Known[]> {
    const columns = [...columnsOf[table], ...standingColumns];
    const rows = await this.#site.read({ table, columns, filter }, signal);
    return mapRows(columns, rows, (read) => knownOf(table, read));
  }

  /** What was known and is not among what is not well: it may be well again, and only what is not there at all is no longer monitored. */
  async #missing(
    table: TableName,
    { known }: Seen,
    found: readonly Known[],
    signal: AbortSignal,
  ): Promise<readonly Known[]> {
    const isFound = new Set(found.map(keyOf));
    const missing = [...known].filter(([key]) => !isFound.has(key)).map(([, was]) => was);
    const read: Known[] = [];
    for (let at = 0; at < missing.length; at += mostNamed) {
      const filter = any(missing.slice(at, at + mostNamed).map(named));
      read.push(...(await this.#read(table, filter, signal)));
    }
    return read;
  }

  /** From when on to ask after a last change, which nothing that is dated in the future can be. */
  #fromFor(latest: number): number {
    return Math.max(1, Math.min(latest, Math.floor(this.#now() / 1000)) - overlapSeconds);
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
function knownIn(found: readonly Known[], before: Seen | undefined, isWhole: boolean): ReadonlyMap<string, Known> {
  const known = new Map<string, Known>();
  for (const [key, was] of isWhole ? [] : (before?.known ?? [])) {
    const now = was.isAcknowledged || was.isInDowntime ? { ...was, isAcknowledged: false, isInDowntime: false } : was;
    if (isWorthKeeping(now)) known.set(key, now);
  }
  for (const now of found) {
    if (isWorthKeeping(now)) known.set(keyOf(now), now);
    else known.delete(keyOf(now));
  }
  return known;
}

/** What has its state from a moment on; from a later one where that is too much. */
function recentIn(found: readonly Known[], from: number): Pick<Seen, "from" | "recent"> {
  const recent = found.filter(({ since }) => since >= from).toSorted((a, b) => b.since - a.since);
  const beyond = recent[mostRecent];
  const begin = beyond === undefined ? from : beyond.since + 1;
  const kept = recent.filter(({ since }) => since >= begin);
  return { from: begin, recent: new Map(kept.map((now) => [keyOf(now), now.since])) };
}

/** What holds of this one alone. */
function named({ host, description }: Known): Condition {
  if (description === undefined) return is("name", "=", host);
  return all([is("host_name", "=", host), is("description", "=", description)]);
}

function isChanged(was: Known | undefined, now: Known, { from, recent }: Seen): boolean {
  if (was === undefined) {
    const isNew = now.since >= from && recent.get(keyOf(now)) !== now.since;
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

function knownOf(table: TableName, read: ColumnReader): (row: Cells) => Known {
  const isHost = table === "hosts";
  const hostOf = read.text(isHost ? "name" : "host_name");
  const descriptionOf = read.text("description");
  const isCheckedOf = read.flag("has_been_checked");
  const stateOf = read.number("state");
  const isAcknowledgedOf = read.flag("acknowledged");
  const isInDowntimeOf = read.flag("scheduled_downtime_depth");
  const sinceOf = read.number("last_state_change");
  const outputOf = read.text("plugin_output");
  return (row) => ({
    host: hostOf(row),
    description: isHost ? undefined : descriptionOf(row),
    state: (isHost ? hostStateOf : serviceStateOf)(isCheckedOf(row), stateOf(row)),
    isAcknowledged: isAcknowledgedOf(row),
    isInDowntime: isInDowntimeOf(row),
    since: sinceOf(row),
    output: outputOf(row),
  });
}
