/** What somebody has said of a host or, with `service`, of a service of it. Times are in s since 1970. */
export interface Target {
  readonly host: string;
  /** Undefined: the host itself. */
  readonly service: string | undefined;
}

/** A problem that somebody has taken on. */
export interface Acknowledgement {
  readonly author: string;
  readonly comment: string;
  /** It stays until everything is well; otherwise until the state is another. */
  readonly sticky: boolean;
  /** Its comment stays when it is gone. */
  readonly persistent: boolean;
  readonly notify: boolean;
  readonly expiresAt: number | undefined;
}

/** A time in which problems are expected. */
export interface Downtime extends Target {
  readonly id: number;
  readonly author: string;
  readonly comment: string;
  readonly entryTime: number;
  readonly startTime: number;
  readonly endTime: number;
  /** Flexible where not 0: it begins with the first problem between start and end, and lasts that many s. */
  readonly durationS: number;
  /** How Checkmk repeats it: 0 never, 1 each hour, 2 each day, 3 each week and so on. */
  readonly recurring: number;
}

/** A comment; entry types are those of the monitoring core: 1 by a user, 2 of a downtime, 4 of an acknowledgement. */
export interface Comment extends Target {
  readonly id: number;
  readonly author: string;
  readonly text: string;
  readonly entryTime: number;
  readonly entryType: 1 | 2 | 4;
  readonly persistent: boolean;
}

/** One line of the core's history. `class` 1 is an alert, 3 a notification, 5 an external command. */
export interface LogEntry extends Target {
  readonly time: number;
  readonly class: 1 | 3 | 5;
  /** As the core writes it: `SERVICE ALERT`, `HOST DOWNTIME ALERT` and so on. */
  readonly type: string;
  readonly state: number;
  readonly hard: boolean;
  readonly attempt: number;
  readonly output: string;
}
