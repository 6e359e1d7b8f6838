import type { Table } from "../table.ts";
import { distribution, group } from "./distribution.ts";
import { type Loaded, loaded } from "./load.ts";
import { profile } from "./profile.ts";
import { quality } from "./quality.ts";
import { correlation, statistics } from "./statistics.ts";
import { trend } from "./trend.ts";
import type { Wish } from "./wish.ts";

/** What an analysis comes to. */
export interface Analysis {
  readonly kind: Wish["kind"];
  readonly rowCount: number;
  /** Whether rows are missing at the end, so that it is of the first ones only. */
  readonly isPartial: boolean;
  readonly result: object;
}

/** Computes what is wished of rows. @throws {AnalysisRefused} it cannot be computed of these. */
export async function analyzed(table: Table, wish: Wish): Promise<Analysis> {
  const rows = await loaded(table);
  try {
    const result = await computed(rows, wish);
    return { kind: wish.kind, rowCount: rows.rowCount, isPartial: table.truncated !== undefined, result };
  } finally {
    rows.close();
  }
}

function computed(rows: Loaded, wish: Wish): Promise<object> {
  switch (wish.kind) {
    case "profile":
      return profile(rows, wish.columns);
    case "statistics":
      return statistics(rows, wish.columns);
    case "correlation":
      return correlation(rows, wish.columns);
    case "trend":
      return trend(rows, wish);
    case "distribution":
      return distribution(rows, wish);
    case "quality":
      return quality(rows, wish.columns);
    case "group":
      return group(rows, wish);
  }
}
