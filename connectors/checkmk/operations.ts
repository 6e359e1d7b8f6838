import type { Acknowledgements } from "./rest/acknowledgements.ts";
import type { Comments } from "./rest/comments.ts";
import type { Downtimes } from "./rest/downtimes.ts";
import type { Status } from "./rest/status.ts";

/** What the tools that say something of hosts and services work with. */
export interface Operations {
  readonly status: Status;
  readonly acknowledgements: Acknowledgements;
  readonly downtimes: Downtimes;
  readonly comments: Comments;
  /** Called after what changes how things stand, which the site carries out a moment later. */
  readonly onDone: () => void;
  /** The time of day, in ms since 1970. */
  readonly now: () => number;
}
