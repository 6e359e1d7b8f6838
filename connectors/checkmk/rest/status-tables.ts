import { z } from "zod";
import type { Cells } from "../rows/cells.ts";
import type { Condition } from "../rows/condition.ts";
import type { RestCall, RestClient } from "./client.ts";
import { expressionOf, shorter } from "./expression.ts";
import { type Since, isAtLeast } from "./release.ts";

/** Which rows of a table of the core, and which columns of them. */
export interface StatusQuery {
  readonly table: "hosts" | "services";
  readonly columns: readonly string[];
  readonly filter: Condition;
  /** One site alone. Default: all. */
  readonly site?: string | undefined;
}

const rowsShape = z.object({ value: z.array(z.object({ extensions: z.record(z.string(), z.unknown()) })) });

/** Since when a table is asked for by POST (Werk 17003 for hosts; for services the API's files of 2.3.0p27 and p31). Before, by GET. */
const postedSince = { hosts: "2.3.0p23", services: "2.3.0p31" } as const satisfies Record<string, Since>;

/** Characters of an expression that fit the address of a GET, quoted: web servers take some 8,000 bytes of it. */
const maxInAddress = 2500;

/**
 * The tables `hosts` and `services` of the monitoring cores, as the REST API gives them. It has no pages: one answer holds all rows that fit, so
 * whoever asks bounds them by the filter.
 */
export class StatusTables {
  readonly #client: RestClient;

  constructor(client: RestClient) {
    this.#client = client;
  }

  /** The name of the site that answers. */
  get site(): string {
    return this.#client.site;
  }

  /** The cells of these columns of all rows that fit, in no order. @throws {CheckmkError} as `RestClient.read`. */
  async read({ table, columns, filter, site }: StatusQuery, signal: AbortSignal): Promise<readonly Cells[]> {
    const path = ["domain-types", table === "hosts" ? "host" : "service", "collections", "all"];
    const sites = site === undefined ? [] : [site];
    if (isAtLeast(await this.#client.release(signal), postedSince[table])) {
      const body = { columns, ...(site !== undefined && { sites }), query: expressionOf(filter) };
      return this.#cells({ method: "POST", path, body, isRead: true }, columns, signal);
    }
    const rows: Cells[] = [];
    for (const part of shorter(filter, maxInAddress)) {
      const expression = expressionOf(part);
      const query = { columns, sites, ...(expression && { query: JSON.stringify(expression) }) };
      rows.push(...(await this.#cells({ method: "GET", path, query }, columns, signal)));
    }
    return rows;
  }

  async #cells(call: RestCall, columns: readonly string[], signal: AbortSignal): Promise<readonly Cells[]> {
    const { value } = await this.#client.read(call, rowsShape, signal);
    return value.value.map(({ extensions }) => columns.map((column) => extensions[column]));
  }
}
