import { wrongLine } from "./given-operation.ts";

/** One record of a CSV, and the line it begins at, from 1. */
export interface CsvRecord {
  readonly cells: readonly string[];
  readonly line: number;
}

/** Longest cell, in characters. */
const maxCell = 1024 * 1024;

/**
 * Reads CSV piece by piece: commas, quotes that are doubled inside quotes, line ends of either kind. Blank lines are left out.
 *
 * @see RFC 4180.
 */
export class CsvReader {
  #cell = "";
  #cells: string[] = [];
  #state: "start" | "plain" | "quoted" | "quote_seen" = "start";
  #line = 1;
  #column = 1;
  #recordLine = 1;
  #wasReturn = false;

  /** Records that are whole now. @throws {GatewayError} `invalid_operations`. */
  *read(text: string): Generator<CsvRecord> {
    for (const character of text) {
      const record = this.#take(character);
      if (record !== undefined) yield record;
    }
  }

  /** The last record, where no line end follows it. @throws {GatewayError} `invalid_operations` — a quote is still open. */
  *end(): Generator<CsvRecord> {
    if (this.#state === "quoted") throw this.#wrong(`the quote opened in line ${this.#recordLine} is never closed`);
    const record = this.#endRecord();
    if (record !== undefined) yield record;
  }

  #take(character: string): CsvRecord | undefined {
    const isSecondOfTwo = character === "\n" && this.#wasReturn;
    this.#wasReturn = character === "\r" && this.#state !== "quoted";
    if (isSecondOfTwo) return undefined;
    const record = this.#state === "quoted" ? this.#quoted(character) : this.#unquoted(character);
    if (character === "\n" || this.#wasReturn) {
      this.#line += 1;
      this.#column = 1;
      if (this.#state === "start" && this.#cells.length === 0) this.#recordLine = this.#line;
    } else this.#column += 1;
    return record;
  }

  #quoted(character: string): undefined {
    if (character === '"') this.#state = "quote_seen";
    else this.#add(character);
  }

  #unquoted(character: string): CsvRecord | undefined {
    if (character === "\n" || character === "\r") return this.#endRecord();
    if (character === ",") this.#endCell();
    else if (character !== '"') {
      if (this.#state === "quote_seen") throw this.#wrong("after a closing quote comes a comma or the end of the line");
      this.#state = "plain";
      this.#add(character);
    } else if (this.#state === "quote_seen") {
      this.#state = "quoted";
      this.#add('"');
    } else if (this.#state === "start") this.#state = "quoted";
    else throw this.#wrong("a quote stands inside a cell that does not begin with one");
    return undefined;
  }

  #add(character: string): void {
    if (this.#cell.length >= maxCell) throw this.#wrong(`a cell is longer than ${maxCell} characters`);
    this.#cell += character;
  }

  #endCell(): void {
    this.#cells.push(this.#cell);
    this.#cell = "";
    this.#state = "start";
  }

  #endRecord(): CsvRecord | undefined {
    const isBlank = this.#cells.length === 0 && this.#cell === "" && this.#state === "start";
    if (isBlank) return undefined;
    this.#endCell();
    const record = { cells: this.#cells, line: this.#recordLine };
    this.#cells = [];
    return record;
  }

  #wrong(message: string): Error {
    return wrongLine(this.#line, this.#column, message);
  }
}
