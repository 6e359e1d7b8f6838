import type { Event } from "./fact.ts";

/** What was told before this process, at the same place. */
export interface Past {
  readonly epoch: string;
  /** Whether all of it was kept: then numbers go on from it. Otherwise its end is not known. */
  readonly isWhole: boolean;
  /** The number of the last event that is known to have been told. */
  readonly last: number;
  /** Of those that do not happen often, the number of the latest that is gone; 0 where none is. */
  readonly lost: number;
  /** What is kept after this number, in order, by their numbers; made for the caller. */
  read(after: number): Event[];
}

/** Where events survive the process that told them; those that happen often do not. */
export interface EventStore {
  /**
   * What was told before at this address, which is ours alone from now on; undefined where nothing was. `epoch` is whose numbers are kept from
   * now on, where they do not go on from there. To be called once, before anybody is told anything there; blocks for about a millisecond.
   *
   * @throws {GatewayError} `store_unavailable`.
   */
  begin(home: string, epoch: string): Past | undefined;
  /** Keeps an event under its number, soon. The oldest beyond a bound go. */
  keep(number: number, event: Event): void;
  /** Nothing comes after this number: who begins there next goes on from it. */
  end(last: number): void;
}

/** A store that keeps nothing. */
export function noEvents(): EventStore {
  return { begin: () => undefined, keep: () => undefined, end: () => undefined };
}
