import type { RowForm, RowText } from "./row-text.ts";

/** What a host is in. `PENDING` was never checked. */
export type HostState = "UP" | "DOWN" | "UNREACHABLE" | "PENDING";

/** What a service is in. `PENDING` was never checked. */
export type ServiceState = "OK" | "WARNING" | "CRITICAL" | "UNKNOWN" | "PENDING";

/** The host states by the numbers that monitoring cores give them. */
export const hostStates = ["UP", "DOWN", "UNREACHABLE"] as const satisfies readonly HostState[];

/** The service states by the numbers that monitoring cores give them. */
export const serviceStates = ["OK", "WARNING", "CRITICAL", "UNKNOWN"] as const satisfies readonly ServiceState[];

/** A state is `hard` once enough checks in a row have confirmed it; only then is anybody notified. */
export type StateType = "soft" | "hard";

/** What hosts and services have alike. Moments are milliseconds since 1970; undefined where that never was. */
export interface Checked {
  /** The monitoring site that checks it. */
  readonly site: string;
  readonly stateType: StateType;
  /** The first line that the check said. */
  readonly output: string;
  /** Measured values as the check said them: `name=value;warn;crit;min;max`, with spaces between. Empty without any. */
  readonly perfData: string;
  readonly lastCheckAt: number | undefined;
  readonly lastStateChangeAt: number | undefined;
  /** Checks in a row that had this state, up to `maxAttempts`. */
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly isAcknowledged: boolean;
  readonly isInDowntime: boolean;
}

/** How many services of a host are in which state. */
export interface ServiceCounts {
  readonly ok: number;
  readonly warning: number;
  readonly critical: number;
  readonly unknown: number;
  readonly pending: number;
}

/** A host as it is now. */
export interface HostRow extends Checked {
  readonly name: string;
  readonly alias: string;
  readonly address: string;
  readonly state: HostState;
  /** Its folder in the configuration, such as `/munich/rack1`; undefined where the core does not know. */
  readonly folder: string | undefined;
  readonly groups: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly services: ServiceCounts;
}

/** A service as it is now. */
export interface ServiceRow extends Checked {
  readonly host: string;
  /** Its name on that host. */
  readonly description: string;
  readonly state: ServiceState;
}

/** What else is known of a service, for those who look at one or at those of one host. */
export interface ServiceDetails extends ServiceRow {
  /** What the check said beyond the first line. */
  readonly longOutput: string;
  readonly lastOkAt: number | undefined;
  readonly nextCheckAt: number | undefined;
  readonly checkCommand: string;
  readonly checkIntervalMinutes: number;
  readonly retryIntervalMinutes: number;
  readonly isNotifying: boolean;
  readonly isActivelyChecked: boolean;
  readonly isPassivelyChecked: boolean;
  readonly groups: readonly string[];
  /** The values of its host. */
  readonly hostState: HostState;
  readonly isHostInDowntime: boolean;
}

/** A remark on a host, or with `description` on a service of it. */
export interface CommentRow {
  readonly site: string;
  /** Unique on its site. */
  readonly id: number;
  readonly host: string;
  readonly description: string | undefined;
  readonly author: string;
  readonly comment: string;
  readonly enteredAt: number | undefined;
  readonly expiresAt: number | undefined;
  readonly isPersistent: boolean;
  /** An acknowledgement and a downtime each leave a comment of their own kind. */
  readonly kind: "user" | "downtime" | "flapping" | "acknowledgement";
}

/** A time in which nobody is notified of a host, or with `description` of a service of it. */
export interface DowntimeRow {
  readonly site: string;
  /** Unique on its site. */
  readonly id: number;
  readonly host: string;
  readonly description: string | undefined;
  readonly author: string;
  readonly comment: string;
  readonly startsAt: number | undefined;
  readonly endsAt: number | undefined;
  /** Otherwise it begins with the first problem in its time, and lasts `durationSeconds`. */
  readonly isFixed: boolean;
  readonly durationSeconds: number;
}

/** One line of a site's log that says that something changed. */
export interface LogEntry {
  readonly site: string;
  readonly at: number;
  readonly host: string;
  /** Undefined where the host itself changed. */
  readonly description: string | undefined;
  /** `alert` is a new state; `downtime` and `acknowledgement` begin or end one. `other` is what a core wrote besides. */
  readonly kind: "alert" | "downtime" | "flapping" | "acknowledgement" | "notification" | "other";
  /** Of an alert: what it is in from then on. */
  readonly state: HostState | ServiceState | undefined;
  readonly stateType: StateType | undefined;
  readonly message: string;
}

/** Which hosts. What is given must all hold; without anything, all. */
export interface HostFilter {
  readonly names?: readonly string[];
  /** Stands in its name, alias or address, in whatever case. */
  readonly search?: string;
  readonly states?: readonly HostState[];
  /** That folder and those below. */
  readonly folder?: string;
  readonly group?: string;
  readonly isAcknowledged?: boolean;
  readonly isInDowntime?: boolean;
  readonly site?: string;
}

/** Which services. What is given must all hold; without anything, all. */
export interface ServiceFilter {
  readonly hosts?: readonly string[];
  readonly descriptions?: readonly string[];
  /** Stands in its own or its host's name, in whatever case. */
  readonly search?: string;
  readonly states?: readonly ServiceState[];
  readonly group?: string;
  readonly isAcknowledged?: boolean;
  /** Whether the service or its host is in a downtime. */
  readonly isInDowntime?: boolean;
  readonly site?: string;
}

/** Which lines of the log. */
export interface LogFilter {
  /** From this moment on, in milliseconds since 1970. A log is read from its end: the later, the cheaper. */
  readonly since: number;
  /** Up to before this moment. Default: now. */
  readonly until?: number;
  readonly host?: string;
  readonly description?: string;
  readonly kinds?: readonly LogEntry["kind"][];
}

/** Some of what fits. */
export interface Span {
  /** How many at most, from 1. */
  readonly limit?: number;
  /** How many to leave out before, from 0. */
  readonly offset?: number;
}

/** A site that did not answer: what was read lacks what is there. */
export interface SiteFailure {
  readonly site: string;
  /** A sentence: what failed. */
  readonly reason: string;
}

/** What was read of all sites together. */
export interface Reading<Row> {
  readonly rows: readonly Row[];
  /** Those that fit at the sites that answered, whatever the span. */
  readonly total: number;
  readonly failures: readonly SiteFailure[];
}

/** Some rows of a stream. */
export interface Batch<Row> {
  readonly rows: readonly Row[];
  /** Give it as `after`, and the stream goes on behind these rows. It may be kept as long as wanted. */
  readonly position: string;
  /** Sites that were left out so far. */
  readonly failures: readonly SiteFailure[];
}

/** How a stream is read. */
export interface StreamOptions {
  /** Rows of a batch, 1 to 5,000. The last of each site may have fewer. */
  readonly batchSize: number;
  /** A batch's position, behind which to go on. Without, from the beginning. */
  readonly after?: string;
  readonly signal: AbortSignal;
}

/** How many hosts and services are in which state. */
export interface Statistics {
  readonly hosts: {
    readonly total: number;
    readonly up: number;
    readonly down: number;
    readonly unreachable: number;
    readonly pending: number;
    readonly acknowledged: number;
    readonly inDowntime: number;
    /** Neither up nor pending, neither acknowledged nor in a downtime. */
    readonly unhandled: number;
  };
  readonly services: ServiceCounts & {
    readonly total: number;
    readonly acknowledged: number;
    readonly inDowntime: number;
    /** In a state that is not OK, neither acknowledged nor in a downtime. Nor is its host. */
    readonly unhandled: number;
  };
  readonly failures: readonly SiteFailure[];
}

/** What a site says of itself. */
export type SiteStatus =
  | {
      readonly kind: "up";
      readonly site: string;
      readonly programVersion: string;
      readonly startedAt: number | undefined;
      /** Whether checks run at all; see also notifications. Undefined where the site does not say. */
      readonly isChecking: boolean | undefined;
      readonly isNotifying: boolean | undefined;
    }
  | ({ readonly kind: "down" } & SiteFailure);

/**
 * What a monitoring system can be asked. Livestatus answers it, and so does the REST API, slower.
 *
 * A site that is down is left out and told among the failures; where no site answers, each of these throws a
 * `ToolFailure` that says so. Rows are ordered by host and service name within a site, and by site.
 */
export interface Monitoring {
  readonly hosts: (filter: HostFilter, span: Span, signal: AbortSignal) => Promise<Reading<HostRow>>;
  readonly services: (filter: ServiceFilter, span: Span, signal: AbortSignal) => Promise<Reading<ServiceRow>>;
  /** Everything of the services of these hosts: ask for few. */
  readonly serviceDetails: (filter: ServiceFilter, signal: AbortSignal) => Promise<Reading<ServiceDetails>>;
  readonly statistics: (filter: { readonly site?: string }, signal: AbortSignal) => Promise<Statistics>;
  /**
   * All hosts that fit, batch by batch, in memory that does not grow with their number. Hosts that come and go meanwhile may be there or
   * not; none comes twice, and none is missing that was there all along.
   */
  readonly eachHostBatch: (filter: HostFilter, options: StreamOptions) => AsyncIterable<Batch<HostRow>>;
  /** All services that fit, as {@link Monitoring.eachHostBatch} does hosts. */
  readonly eachServiceBatch: (filter: ServiceFilter, options: StreamOptions) => AsyncIterable<Batch<ServiceRow>>;
  /** The same, each service as the text of what tools tell of it, for whom it is only passed on. */
  readonly eachServiceText: (
    filter: ServiceFilter,
    form: RowForm,
    options: StreamOptions,
  ) => AsyncIterable<Batch<RowText>>;
  readonly comments: (
    filter: { readonly host?: string; readonly kinds?: readonly CommentRow["kind"][] },
    signal: AbortSignal,
  ) => Promise<Reading<CommentRow>>;
  readonly downtimes: (filter: { readonly host?: string }, signal: AbortSignal) => Promise<Reading<DowntimeRow>>;
  /** What changed, oldest first; where there is more than the limit, the newest of it. @throws {ToolFailure} also where there is no log. */
  readonly log: (filter: LogFilter, limit: number, signal: AbortSignal) => Promise<Reading<LogEntry>>;
  readonly sites: (signal: AbortSignal) => Promise<readonly SiteStatus[]>;
}
