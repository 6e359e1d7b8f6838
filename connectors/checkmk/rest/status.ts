import { CheckmkError } from "../checkmk-error.ts";
import { type ColumnReader, type Cells, mapRows } from "../rows/cells.ts";
import { all, is } from "../rows/condition.ts";
import type { StatusTables } from "./status-tables.ts";
import { type Target, targetText } from "./target.ts";

/** How something that is monitored stands, as far as changes of it need to know. */
export interface TargetStatus {
  /** 0 is well. */
  readonly state: number;
  readonly hasBeenChecked: boolean;
  readonly isAcknowledged: boolean;
  readonly downtimeDepth: number;
  readonly output: string;
  /** Measured values as the check said them. */
  readonly perfData: string;
}

const columns = ["state", "has_been_checked", "acknowledged", "scheduled_downtime_depth", "plugin_output", "perf_data"];

/** What is monitored now, one host or service at a time. */
export class Status {
  readonly #tables: StatusTables;

  constructor(tables: StatusTables) {
    this.#tables = tables;
  }

  /** @throws {CheckmkError} `not_found` — nothing of that name is monitored. */
  async of(target: Target, signal: AbortSignal): Promise<TargetStatus> {
    const { host, service } = target;
    const query =
      service === undefined
        ? ({ table: "hosts", filter: is("name", "=", host) } as const)
        : ({
            table: "services",
            filter: all([is("host_name", "=", host), is("description", "=", service)]),
          } as const);
    const [found] = mapRows(columns, await this.#tables.read({ ...query, columns }, signal), statusRow);
    if (found !== undefined) return found;
    const message = `No ${targetText(target)} is monitored; list_hosts and list_host_services name what is`;
    throw new CheckmkError("not_found", message);
  }
}

function statusRow(read: ColumnReader): (row: Cells) => TargetStatus {
  const stateOf = read.number("state");
  const isCheckedOf = read.flag("has_been_checked");
  const isAcknowledgedOf = read.flag("acknowledged");
  const depthOf = read.number("scheduled_downtime_depth");
  const outputOf = read.text("plugin_output");
  const perfDataOf = read.text("perf_data");
  return (row) => ({
    state: stateOf(row),
    hasBeenChecked: isCheckedOf(row),
    isAcknowledged: isAcknowledgedOf(row),
    downtimeDepth: depthOf(row),
    output: outputOf(row),
    perfData: perfDataOf(row),
  });
}
