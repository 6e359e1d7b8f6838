import type { LogFilter } from "../monitoring.ts";
import { type Condition, all, any, is } from "../rows/condition.ts";

/** The class that every core gives to alerts: it reads no other lines where those alone are asked for. */
const alertClass = 1;

/** What holds of lines of a log, as far as these columns of it say what they are about; more may pass than is asked for. */
export function ofLog({ since, until, host, kinds }: LogFilter, columns: ReadonlySet<string>): Condition {
  const isOfAlerts = kinds?.every((kind) => kind === "alert") === true;
  return all([
    is("time", ">=", Math.floor(since / 1000)),
    ...(until === undefined ? [] : [is("time", "<", Math.ceil(until / 1000))]),
    ...(isOfAlerts && columns.has("class") ? [is("class", "=", alertClass)] : []),
    // Not every core fills the column.
    ...(host !== undefined && columns.has("host_name")
      ? [any([is("host_name", "=", host), is("host_name", "=", "")])]
      : []),
  ]);
}
