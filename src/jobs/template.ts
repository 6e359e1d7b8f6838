import { type JsonObject, isJsonObject } from "../core/json.ts";
import { wrongLine } from "./given-operation.ts";

/**
 * Fills a template with the cells of a CSV. `{{column}}` within a text stands for the cell's text. A text that is nothing but
 * `{{column:number}}`, `{{column:boolean}}` or `{{column:json}}` becomes what the cell says in that form.
 */
export class Template {
  readonly #value: JsonObject;
  readonly #columns: ReadonlyMap<string, number>;

  /** @throws {GatewayError} `invalid_operations` — the template names a column that this line, usually the first, does not. */
  constructor(value: JsonObject, columns: readonly string[], line = 1) {
    this.#value = value;
    this.#columns = new Map(columns.map((name, at) => [name.trim(), at]));
    for (const [, name = ""] of JSON.stringify(value).matchAll(placeholders)) {
      if (this.#columns.has(name.trim())) continue;
      const there = columns.join(", ").slice(0, 500);
      throw wrongLine(
        line,
        1,
        `the template names the column ${JSON.stringify(name.slice(0, 100))}; there are ${there}`,
      );
    }
  }

  /** @throws {GatewayError} `invalid_operations` — a cell has not the form that the template wants. */
  filled(cells: readonly string[], line: number): JsonObject {
    return this.#object(this.#value, cells, line);
  }

  #object(value: JsonObject, cells: readonly string[], line: number): JsonObject {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, this.#any(each, cells, line)]));
  }

  #any(value: unknown, cells: readonly string[], line: number): unknown {
    if (Array.isArray(value)) return value.map((each) => this.#any(each, cells, line));
    if (isJsonObject(value)) return this.#object(value, cells, line);
    if (typeof value !== "string") return value;
    const [, name, form] = whole.exec(value) ?? [];
    if (name !== undefined && form !== undefined) return this.#formed(name, form, cells, line);
    return value.replaceAll(placeholders, (_, column: string) => this.#cell(column, cells));
  }

  #cell(name: string, cells: readonly string[]): string {
    return cells[this.#columns.get(name.trim()) ?? -1] ?? "";
  }

  #formed(name: string, form: string, cells: readonly string[], line: number): unknown {
    const text = this.#cell(name, cells).trim();
    const column = (this.#columns.get(name.trim()) ?? 0) + 1;
    try {
      const value: unknown = JSON.parse(text);
      if (form === "json" || typeof value === form) return value;
    } catch {
      // Said below, with the place.
    }
    throw wrongLine(line, column, `the cell ${name.trim()} must be ${form}, got ${JSON.stringify(text.slice(0, 100))}`);
  }
}

const placeholders = /\{\{([^{}:]+)(?::(?:number|boolean|json))?\}\}/g;
const whole = /^\{\{([^{}:]+):(number|boolean|json)\}\}$/;
