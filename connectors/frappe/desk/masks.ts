import { ToolFailure } from "switchyard/connector";
import { type JsonObject, isJsonObject } from "../client/json.ts";
import type { Filter, Filters, ListQuery } from "../client/list-query.ts";

/** What stands in the place of a value that is not shown. */
export const mask = "[masked]";

/** Names of fields that hold secrets, whatever the DocType. */
const secret =
  /^(?:password|new_password|api_key|api_secret|access_token|refresh_token|client_secret|secret|secret_key|private_key|token|otp_secret|reset_password_key|encryption_key|webhook_secret|smtp_password)$/;

/** Fields that are not shown: by the name of a DocType, or `*` for all. */
export type MaskedFields = Readonly<Record<string, readonly string[]>>;

/**
 * Fields whose values nobody gets through the gateway, even where the site would show them: secrets always, and those that the operator names.
 * They are masked wherever a document, a row, a report or an error shows them, and cannot be asked for otherwise: not in filters, orders or groups,
 * by which their values could be found out.
 */
export class Masks {
  readonly #everywhere: ReadonlySet<string>;
  readonly #of: ReadonlyMap<string, ReadonlySet<string>>;
  /** For reports, whose columns do not say of which DocType they are. */
  readonly #any: ReadonlySet<string>;

  constructor(fields: MaskedFields) {
    this.#everywhere = new Set(fields["*"] ?? []);
    this.#of = new Map(Object.entries(fields).map(([doctype, names]) => [doctype, new Set(names)]));
    this.#any = new Set(Object.values(fields).flat());
  }

  /** Whether a field is not shown; of rows of a table, `parents` are the DocTypes that they are in. */
  has(doctype: string | undefined, field: string, ...parents: readonly string[]): boolean {
    if (secret.test(field) || this.#everywhere.has(field)) return true;
    if (doctype === undefined) return this.#any.has(field);
    return [doctype, ...parents].some((each) => this.#of.get(each)?.has(field) === true);
  }

  /** A document, or a row of a list, with what is not shown masked, in its tables too. */
  shown(doctype: string | undefined, doc: JsonObject, ...parents: readonly string[]): JsonObject {
    const above = doctype === undefined ? parents : [doctype, ...parents];
    const entries = Object.entries(doc).map(([key, value]): [string, unknown] => {
      if (this.has(doctype, key, ...parents)) return [key, value === null || value === "" ? value : mask];
      return [key, this.#within(value, doctype === undefined, above)];
    });
    return Object.fromEntries(entries);
  }

  /** What a method returned, of which nobody knows which DocTypes it is of. */
  value(value: unknown): unknown {
    return this.#within(value, true, []);
  }

  #within(value: unknown, isAnyone: boolean, above: readonly string[]): unknown {
    if (Array.isArray(value)) return value.map((each) => this.#within(each, isAnyone, above));
    if (!isJsonObject(value)) return value;
    const { doctype } = value;
    return this.shown(isAnyone ? undefined : typeof doctype === "string" ? doctype : "", value, ...above);
  }

  /**
   * Refuses a question in which a field that is not shown plays a part: what is selected, conditions, orders, groups.
   *
   * @throws {ToolFailure} it names the field.
   */
  check(doctype: string, { fields = [], filters, orFilters, orderBy = "", groupBy = "" }: Partial<ListQuery>): void {
    // Names stand in them in many ways: alone, with a table before, within a function.
    const texts = [...fields, ...namesIn(filters), ...namesIn(orFilters), orderBy, groupBy];
    for (const [word] of texts.join(" ").matchAll(/[A-Za-z_]\w*/g)) {
      if (!this.has(doctype, word) && !this.#any.has(word)) continue;
      throw new ToolFailure(`${word} of ${doctype} is masked: its values cannot be asked for. Leave it out`);
    }
  }
}

/** The names of the fields in conditions: all but the operator and the value. */
function namesIn(filters: Filters | undefined): readonly string[] {
  if (filters === undefined) return [];
  if (isList(filters)) return filters.flatMap((filter) => filter.slice(0, filter.length > 3 ? 2 : 1).map(String));
  return Object.keys(filters);
}

function isList(filters: Filters): filters is readonly Filter[] {
  return Array.isArray(filters);
}
