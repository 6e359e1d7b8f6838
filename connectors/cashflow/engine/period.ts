import { type Day, type Month, monthOfDay, parseDay } from "../calendar.ts";
import type { Entity } from "../entities.ts";

/** From when to when an entity is active, both included. */
export interface Period {
  readonly start: Day;
  readonly end: Day | undefined;
  readonly from: Month;
  readonly to: Month | undefined;
}

/** The day of a field that has been checked. */
export function dayOf(text: string): Day {
  const day = parseDay(text);
  if (day === undefined) throw new RangeError(`${text} is no day: data must be checked before it is used`);
  return day;
}

/** The period from `start`, by default the entity's own. */
export function periodOf({ data }: Entity, start: Day = dayOf(data.start_date)): Period {
  const end = data.end_date === undefined ? undefined : dayOf(data.end_date);
  return { start, end, from: monthOfDay(start), to: end === undefined ? undefined : monthOfDay(end) };
}

/** Whether an entity is active on a day: from its start to its end, both included. */
export function isActiveOn({ start, end }: Pick<Period, "start" | "end">, day: Day): boolean {
  return start <= day && (end === undefined || end >= day);
}
