import type { HostState, ServiceState } from "../monitoring.ts";
import type { Cells, ColumnReader } from "../rows/cells.ts";

/** How something monitored stands, as far as it is counted. */
export interface Standing {
  readonly state: HostState | ServiceState;
  readonly isAcknowledged: boolean;
  readonly isInDowntime: boolean;
  /** Of a service, where that was read. */
  readonly isHostInDowntime: boolean;
}

/** The columns that a {@link Standing} is read from. */
export const standingColumns = ["state", "has_been_checked", "acknowledged", "scheduled_downtime_depth"] as const;

/** What makes that of each row. */
export function standing(
  read: ColumnReader,
  stateOf: (isChecked: boolean, number: number) => HostState | ServiceState,
): (row: Cells) => Standing {
  const numberOf = read.number("state");
  const isCheckedOf = read.flag("has_been_checked");
  const isAcknowledgedOf = read.flag("acknowledged");
  const isInDowntimeOf = read.flag("scheduled_downtime_depth");
  const isHostInDowntimeOf = read.flag("host_scheduled_downtime_depth");
  return (row) => ({
    state: stateOf(isCheckedOf(row), numberOf(row)),
    isAcknowledged: isAcknowledgedOf(row),
    isInDowntime: isInDowntimeOf(row),
    isHostInDowntime: isHostInDowntimeOf(row),
  });
}

/** A problem that nobody looks after. */
export function isUnhandled({ state, isAcknowledged, isInDowntime, isHostInDowntime }: Standing): boolean {
  const isWell = state === "OK" || state === "UP" || state === "PENDING";
  return !isWell && !isAcknowledged && !isInDowntime && !isHostInDowntime;
}
