/** One condition: `[field, operator, value]`, or `[doctype, field, operator, value]` for a field of a child table. */
export type Filter = readonly unknown[];

/** Conditions that all hold: a list of them, or values by field, where `[operator, value]` may stand for a value. */
export type Filters = readonly Filter[] | Readonly<Record<string, unknown>>;

/** Which documents are listed, what of them, and in which order. */
export interface ListQuery {
  /** Names of fields, `*`, `table_field.field` for child rows, `count(name) as n`. Default: the name. */
  readonly fields?: readonly string[];
  readonly filters?: Filters;
  /** Conditions of which one holds. */
  readonly orFilters?: Filters;
  /** Such as `posting_date desc`. Default: the newest first. Always completed by the name, so that pages neither repeat nor leave out. */
  readonly orderBy?: string;
  readonly groupBy?: string;
  /** How many are left out before the first. Default 0. */
  readonly start?: number;
  /** How many at the most; 0: all. Always sent, as a site gives 20 where it is not. */
  readonly limit: number;
  /** The DocType whose rights count, where rows of a child table are listed. */
  readonly parent?: string;
}

/** Parameters of a list as `/api/resource` and `frappe.client.get_list` take them. */
export function listParameters(doctype: string, query: ListQuery): Readonly<Record<string, string>> {
  const { fields, filters, orFilters, orderBy, groupBy, start = 0, limit, parent } = query;
  return {
    fields: JSON.stringify(fields ?? ["name"]),
    ...(filters !== undefined && { filters: JSON.stringify(filters) }),
    ...(orFilters !== undefined && { or_filters: JSON.stringify(orFilters) }),
    ...orderParameter(doctype, orderBy, groupBy),
    ...(groupBy !== undefined && { group_by: groupBy }),
    limit_start: String(start),
    limit_page_length: String(limit),
    ...(parent !== undefined && { parent }),
  };
}

/** Groups have no name of their own to be ordered by. */
function orderParameter(doctype: string, orderBy: string | undefined, groupBy: string | undefined) {
  if (groupBy !== undefined) return orderBy === undefined ? {} : { order_by: orderBy };
  const table = `\`tab${doctype}\``;
  const given = orderBy ?? `${table}.\`creation\` desc`;
  return { order_by: /(?:^|[\s,.`])name`?(?:\s|,|$)/.test(given) ? given : `${given}, ${table}.\`name\` asc` };
}
