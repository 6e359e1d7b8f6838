import { type JsonObject, isJsonObject } from "../core/json.ts";
import { wrongLine } from "./given-operation.ts";

/**
 * Fills a template with the cells of a CSV, or the members of a JSON object. `{{column}}` within a text stands for the cell's text, or for its JSON where it is none. A text that is nothing but
 * `{{column:number}}`, `{{column:boolean}}` or `{{column:json}}` becomes what the cell says in that form.
 */
export class Template {
  readonly #value: JsonObject;
  readonly #columns: ReadonlyMap<string, number>;
  /** Characters of what was put in while it is filled. */
  #length = 0;

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

  /** @throws {GatewayError} `invalid_operations` — a cell has not the form that the template wants, or all that is put in is too long. */
  filled(cells: readonly unknown[], line: number): JsonObject {
    this.#length = 0;
    return this.#object(this.#value, cells, line);
  }

  #object(value: JsonObject, cells: readonly unknown[], line: number): JsonObject {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, this.#any(each, cells, line)]));
  }

  #any(value: unknown, cells: readonly unknown[], line: number): unknown {
    if (Array.isArray(value)) return value.map((each) => this.#any(each, cells, line));
    if (isJsonObject(value)) return this.#object(value, cells, line);
    if (typeof value !== "string") return value;
    const [, name, form] = whole.exec(value) ?? [];
    if (name !== undefined && form !== undefined) return this.#formed(name, form, cells, line);
    return value.replaceAll(placeholders, (_, column: string) => this.#cell(column, cells, line));
  }

  #cell(name: string, cells: readonly unknown[], line: number): string {
    const cell = cells[this.#columns.get(name.trim()) ?? -1];
    const text = typeof cell === "string" ? cell : JSON.stringify(cell);
    // Looked at before it is put in: a short template may name a long cell a thousand times.
    this.#length += text.length;
    if (this.#length > maxFilled)
      throw wrongLine(line, 1, `the operation would be longer than ${maxFilled} characters`);
    return text;
  }

  #formed(name: string, form: string, cells: readonly unknown[], line: number): unknown {
    const text = this.#cell(name, cells, line).trim();
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

/** Longest of what cells put into one operation, in characters: as a line of operations may be. */
const maxFilled = 4 * 1024 * 1024;
const placeholders = /\{\{([^{}:]+)(?::(?:number|boolean|json))?\}\}/g;
const whole = /^\{\{([^{}:]+):(number|boolean|json)\}\}$/;
