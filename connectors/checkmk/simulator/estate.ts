import type { CheckResult, State } from "./check-result.ts";
import type { ServiceTemplate } from "./host-kinds.ts";
import type { Acknowledgement, Comment, Downtime, LogEntry, Target } from "./remarks.ts";

/** What the core knows of anything that it checks. Times are in s since 1970. */
export interface Checked {
  readonly state: State;
  readonly hard: boolean;
  readonly output: string;
  readonly perfData: string;
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly hasBeenChecked: boolean;
  readonly lastCheck: number;
  readonly lastStateChange: number;
  readonly lastHardStateChange: number;
  /** The last moment at which it was well; 0: never. */
  readonly lastOk: number;
  readonly acknowledgement: Acknowledgement | undefined;
  /** How many downtimes it is in now. */
  readonly downtimeDepth: number;
}

/** A host as the core has it, since the last activation. */
export interface EstateHost extends Checked {
  readonly name: string;
  readonly alias: string;
  readonly address: string;
  readonly folder: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly groups: readonly string[];
}

/** A service as the core has it. */
export interface EstateService extends Checked {
  readonly host: string;
  readonly description: string;
  readonly template: ServiceTemplate;
  readonly groups: readonly string[];
}

/** Something that happened. `check` comes with every result, `state` besides where the state is another. */
export interface EstateChange {
  readonly kind: "check" | "state" | "acknowledgement" | "downtime" | "comment" | "log" | "configuration";
  readonly host: string | undefined;
  readonly service: string | undefined;
}

/** What a host is when it is activated; the rest is as of something that was never checked. */
export type NewHost = Pick<EstateHost, "name" | "alias" | "address" | "folder" | "labels" | "tags" | "groups">;

/** Lines of history that are kept; the oldest go. */
const maxLogEntries = 20_000;

const unchecked = {
  state: 0,
  hard: true,
  output: "",
  perfData: "",
  attempt: 1,
  maxAttempts: 1,
  hasBeenChecked: false,
  lastCheck: 0,
  lastStateChange: 0,
  lastHardStateChange: 0,
  lastOk: 0,
  acknowledgement: undefined,
  downtimeDepth: 0,
} satisfies Checked;

/**
 * What a monitoring core knows of hosts and services, and what happens to them. Hosts and services are never changed but replaced, so that what is
 * iterated over stays as it was read.
 *
 * Nothing happens by itself: downtimes and acknowledgements begin and end when {@link Estate.passTime} is called.
 */
export class Estate {
  readonly site: string;
  /** Now, in s since 1970. */
  readonly now: () => number;
  readonly #hosts = new Map<string, EstateHost>();
  readonly #services = new Map<string, Map<string, EstateService>>();
  readonly #downtimes = new Map<number, Downtime>();
  /** Downtimes that have begun, and count in the depth of what they are about. */
  readonly #begun = new Set<number>();
  readonly #comments = new Map<number, Comment>();
  readonly #log: LogEntry[] = [];
  readonly #listeners = new Set<(change: EstateChange) => void>();
  #lastId = 0;

  /** `nowMs` is the time of day in ms since 1970. */
  constructor({ site, nowMs }: { readonly site: string; readonly nowMs: () => number }) {
    this.site = site;
    this.now = () => Math.floor(nowMs() / 1000);
  }

  get hosts(): ReadonlyMap<string, EstateHost> {
    return this.#hosts;
  }

  /** The services of a host by description; empty where there is no such host. */
  servicesOf(host: string): ReadonlyMap<string, EstateService> {
    return this.#services.get(host) ?? new Map();
  }

  /** All services, by host. */
  *services(): Iterable<EstateService> {
    for (const services of this.#services.values()) yield* services.values();
  }

  get serviceCount(): number {
    return [...this.#services.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** The host, or its service, as it is now. */
  find({ host, service }: Target): EstateHost | EstateService | undefined {
    return service === undefined ? this.#hosts.get(host) : this.#services.get(host)?.get(service);
  }

  get downtimes(): ReadonlyMap<number, Downtime> {
    return this.#downtimes;
  }

  get comments(): ReadonlyMap<number, Comment> {
    return this.#comments;
  }

  /** The history, oldest first. */
  get log(): readonly LogEntry[] {
    return this.#log;
  }

  /** Tells of everything that happens, as it does; returns how to stop that. */
  onChange(listener: (change: EstateChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Puts a host in, or in the place of its former self, whose state it keeps. */
  putHost(host: NewHost): void {
    this.#hosts.set(host.name, { ...unchecked, ...this.#hosts.get(host.name), ...host });
    if (!this.#services.has(host.name)) this.#services.set(host.name, new Map());
    this.#tell("configuration", { host: host.name, service: undefined });
  }

  /** Makes these the services of a host; those that were there keep their state. */
  putServices(host: string, templates: readonly ServiceTemplate[], groups: readonly string[] = []): void {
    const before = this.servicesOf(host);
    const after = templates.map((template): [string, EstateService] => {
      const { description } = template;
      return [description, { ...unchecked, ...before.get(description), host, description, template, groups }];
    });
    this.#services.set(host, new Map(after));
    this.#tell("configuration", { host, service: undefined });
  }

  /** Takes a host out, with everything that was said of it. */
  removeHost(name: string): void {
    if (!this.#hosts.delete(name)) return;
    this.#services.delete(name);
    for (const [id, { host }] of this.#downtimes) if (host === name) this.#downtimes.delete(id);
    for (const [id, { host }] of this.#comments) if (host === name) this.#comments.delete(id);
    this.#tell("configuration", { host: name, service: undefined });
  }

  /** Takes in what a check has found; false where there is no such target. `at` is when, in s, by default now. */
  result(target: Target, result: CheckResult, at: number = this.now()): boolean {
    const before = this.find(target);
    if (before === undefined) return false;
    const after = afterResult(before, result, at);
    this.#put(target, { ...before, ...after });
    this.#tell("check", target);
    if (before.hasBeenChecked && before.state === result.state) return true;
    if (before.acknowledgement !== undefined && after.acknowledgement === undefined) this.#dropAcknowledgement(target);
    this.#write(target, 1, "ALERT", at);
    this.#tell("state", target);
    return true;
  }

  /** Somebody takes a problem on; false where there is none. */
  acknowledge(target: Target, acknowledgement: Acknowledgement): boolean {
    const found = this.find(target);
    if (found === undefined || found.state === 0) return false;
    this.#put(target, { ...found, acknowledgement });
    const { author, comment, persistent } = acknowledgement;
    this.#addComment(target, { author, text: comment, persistent, entryType: 4 });
    this.#write(target, 3, "ACKNOWLEDGEMENT", this.now());
    this.#tell("acknowledgement", target);
    return true;
  }

  /** Nobody has taken it on any more; false where nobody had. */
  removeAcknowledgement(target: Target): boolean {
    const found = this.find(target);
    if (found?.acknowledgement === undefined) return false;
    this.#put(target, { ...found, acknowledgement: undefined });
    this.#dropAcknowledgement(target);
    return true;
  }

  /** Plans a downtime; undefined where there is no such target. It begins by {@link Estate.passTime}, at once where its start is past. */
  scheduleDowntime(downtime: Omit<Downtime, "id" | "entryTime">): number | undefined {
    if (this.find(downtime) === undefined) return undefined;
    const id = this.#nextId();
    this.#downtimes.set(id, { ...downtime, id, entryTime: this.now() });
    this.#tell("downtime", downtime);
    this.passTime();
    return id;
  }

  /** Gives a downtime another end or comment; false where there is none of this id. */
  modifyDowntime(id: number, change: Partial<Pick<Downtime, "endTime" | "comment">>): boolean {
    const found = this.#downtimes.get(id);
    if (found === undefined) return false;
    this.#downtimes.set(id, { ...found, ...change });
    this.#tell("downtime", found);
    this.passTime();
    return true;
  }

  /** Ends a downtime, or gives it up; false where there is none of this id. */
  removeDowntime(id: number): boolean {
    const found = this.#downtimes.get(id);
    if (found === undefined) return false;
    this.#downtimes.delete(id);
    if (this.#begun.delete(id)) this.#deepen(found, -1, "STOPPED");
    this.#tell("downtime", found);
    return true;
  }

  /** Says something of a host or service; undefined where there is none. */
  addComment(target: Target, comment: Pick<Comment, "author" | "text" | "persistent">): number | undefined {
    return this.find(target) === undefined ? undefined : this.#addComment(target, { ...comment, entryType: 1 });
  }

  /** Takes a comment back; false where there is none of this id. */
  removeComment(id: number): boolean {
    const found = this.#comments.get(id);
    if (found === undefined) return false;
    this.#comments.delete(id);
    this.#tell("comment", found);
    return true;
  }

  /** Begins and ends what is due by now: downtimes, and acknowledgements that expire. */
  passTime(): void {
    const now = this.now();
    for (const downtime of this.#downtimes.values()) {
      if (downtime.endTime <= now) this.removeDowntime(downtime.id);
      else if (downtime.startTime <= now && !this.#begun.has(downtime.id)) {
        this.#begun.add(downtime.id);
        this.#deepen(downtime, 1, "STARTED");
      }
    }
    for (const comment of this.#comments.values()) {
      if (comment.entryType !== 4) continue;
      const expiresAt = this.find(comment)?.acknowledgement?.expiresAt;
      if (expiresAt !== undefined && expiresAt <= now) this.removeAcknowledgement(comment);
    }
  }

  #addComment(target: Target, comment: Pick<Comment, "author" | "text" | "persistent" | "entryType">): number {
    const id = this.#nextId();
    const { host, service } = target;
    this.#comments.set(id, { ...comment, host, service, id, entryTime: this.now() });
    this.#tell("comment", target);
    return id;
  }

  /** Comments of an acknowledgement go with it, unless they are to stay. */
  #dropAcknowledgement(target: Target): void {
    for (const comment of this.#comments.values()) {
      if (comment.entryType === 4 && !comment.persistent && isOf(comment, target)) this.removeComment(comment.id);
    }
    this.#tell("acknowledgement", target);
  }

  #deepen(target: Target, by: 1 | -1, what: string): void {
    const found = this.find(target);
    if (found === undefined) return;
    this.#put(target, { ...found, downtimeDepth: Math.max(0, found.downtimeDepth + by) });
    this.#write(target, 1, "DOWNTIME ALERT", this.now(), what);
    this.#tell("downtime", target);
  }

  #put({ host, service }: Target, next: EstateHost | EstateService): void {
    if ("description" in next) this.#services.get(host)?.set(service ?? next.description, next);
    else this.#hosts.set(host, next);
  }

  #write(target: Target, kind: LogEntry["class"], what: string, time: number, output?: string): void {
    const found = this.find(target);
    if (found === undefined) return;
    const { host, service } = target;
    const type = `${service === undefined ? "HOST" : "SERVICE"} ${what}`;
    const { state, hard, attempt } = found;
    this.#log.push({ time, class: kind, type, host, service, state, hard, attempt, output: output ?? found.output });
    // In lots, since each removal from the front moves the rest.
    if (this.#log.length > maxLogEntries * 1.1) this.#log.splice(0, this.#log.length - maxLogEntries);
    this.#tell("log", target);
  }

  #nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  #tell(kind: EstateChange["kind"], { host, service }: Target): void {
    for (const listener of this.#listeners) listener({ kind, host, service });
  }
}

/** How a state and its attempts go on with one more result. */
function afterResult(before: Checked, { state, output, perfData }: CheckResult, at: number) {
  const isOther = before.state !== state || !before.hasBeenChecked;
  const attempt = state === 0 || before.state === 0 ? 1 : Math.min(before.attempt + 1, before.maxAttempts);
  const hard = state === 0 || attempt >= before.maxAttempts;
  const { acknowledgement } = before;
  const isKept = state !== 0 && (!isOther || acknowledgement?.sticky === true);
  return {
    state,
    output,
    perfData,
    attempt,
    hard,
    hasBeenChecked: true,
    lastCheck: at,
    lastStateChange: isOther ? at : before.lastStateChange,
    lastHardStateChange: hard && (isOther || !before.hard) ? at : before.lastHardStateChange,
    lastOk: state === 0 ? at : before.lastOk,
    acknowledgement: isKept ? acknowledgement : undefined,
  };
}

function isOf(remark: Target, { host, service }: Target): boolean {
  return remark.host === host && remark.service === service;
}
