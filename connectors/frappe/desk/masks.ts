import { ToolFailure } from "switchyard/connector";
import { type JsonObject, isJsonObject } from "../client/json.ts";
import type { Filter, Filters, ListQuery } from "../client/list-query.ts";

/** What stands in the place of a value that is not shown. */
export const mask = "[masked]";

/** Names of fields that hold secrets, whatever the DocType. In lower case, as all names here: to a site's database, CTC and ctc are one field. */
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
    this.#of = new Map(Object.entries(fields).map(([doctype, names]) => [doctype, new Set(names.map(lowered))]));
    this.#everywhere = this.#of.get("*") ?? new Set();
    this.#any = new Set(Object.values(fields).flat().map(lowered));
  }

  /** Whether a field is not shown; of rows of a table, `parents` are the DocTypes that they are in. */
  has(doctype: string | undefined, field: string, ...parents: readonly string[]): boolean {
    const name = lowered(field);
    if (secret.test(name) || this.#everywhere.has(name)) return true;
    if (doctype === undefined) return this.#any.has(name);
    return [doctype, ...parents].some((each) => this.#of.get(each)?.has(name) === true);
  }

  /** Whether values hold one of a field that is not shown, in their tables too. */
  hasAny(doctype: string, values: JsonObject): boolean {
    return Object.entries(values).some(([field, value]) => {
      if (this.has(doctype, field)) return true;
      // Of rows it is not said which DocType they are of.
      return (
        Array.isArray(value) &&
        value.filter(isJsonObject).some((row) => Object.keys(row).some((name) => this.has(undefined, name)))
      );
    });
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
      if (!this.has(doctype, word) && !this.#any.has(lowered(word))) continue;
      throw new ToolFailure(`${word} of ${doctype} is masked: its values cannot be asked for. Leave it out`);
    }
    const place = [orderBy, groupBy].find((text) => byPlace.test(text));
    if (place !== undefined)
      throw new ToolFailure(
        `Order and group by the names of fields, not by their places, as in ${JSON.stringify(place)}`,
      );
    // What comes of another table is masked by names that are not known of it here.
    const star = fields.find((field) => /\.\s*`?\*/.test(field.replace(`\`tab${doctype}\`.*`, "")));
    if (star !== undefined && this.#any.size > 0)
      throw new ToolFailure(`${star} may hold fields that are masked: name the fields that are wanted`);
  }
}

/** A place among what is selected, in an order or a group. */
const byPlace = /(?:^|,)[\s(+]*\d+[\s)]*(?:asc|desc|,|$)/i;

/** The names of the fields in conditions: all but the operator and the value. @throws {ToolFailure} it is no condition, so that nobody knows which fields play a part. */
function namesIn(filters: Filters | undefined): readonly string[] {
  if (filters === undefined) return [];
  if (!isList(filters)) return Object.keys(filters);
  return filters.flatMap((filter) => {
    const names = filter.slice(0, filter.length > 3 ? 2 : 1);
    if (names.every((name) => typeof name === "string")) return names;
    throw new ToolFailure(
      `A condition is [field, operator, value], and ${JSON.stringify(filter).slice(0, 200)} is none: groups of conditions are not taken`,
    );
  });
}

function lowered(name: string): string {
  return name.toLowerCase();
}

function isList(filters: Filters): filters is readonly Filter[] {
  return Array.isArray(filters);
}
