import { once } from "node:events";
import { stripVTControlCharacters } from "node:util";

/** Where a command writes. `out` is its result, which scripts read; `note` is for the person, on stderr. */
export interface Terminal {
  out(text: string): void;
  note(text: string): void;
  /** Writes text as it is to where results go; resolves when there is room for more. */
  pour(text: string): Promise<void>;
  /** Writes over the last progress line where stderr is a terminal; else a line of its own. */
  progress(text: string): void;
  /** Shown while something lasts, where stderr is a terminal; the next line takes its place. */
  passing(text: string): void;
  /** Ends the progress line, if there is one. */
  endProgress(): void;
  /** How wide the person's window is, in columns; without end where it is none, so that nothing is cut. */
  readonly columns: number;
  /** Fires when whoever read the results has left, as `head` does: nobody wants more of them. */
  readonly left: AbortSignal;
}

/** The process's own streams. */
export function processTerminal(): Terminal {
  const { stdout, stderr } = process;
  const left = new AbortController();
  stdout.on("error", (error) => {
    if (!("code" in error) || error.code !== "EPIPE") throw error;
    left.abort();
  });
  let hasProgress = false;
  let isPassing = false;
  const endProgress = (): void => {
    if (isPassing) stderr.write("\r\u001B[2K");
    else if (hasProgress && stderr.isTTY) stderr.write("\n");
    hasProgress = false;
    isPassing = false;
  };
  return {
    out(text) {
      endProgress();
      stdout.write(`${text}\n`);
    },
    note(text) {
      endProgress();
      stderr.write(`${text}\n`);
    },
    async pour(text) {
      endProgress();
      if (stdout.write(text) || left.signal.aborted) return;
      await once(stdout, "drain", { signal: left.signal }).catch(() => undefined);
    },
    progress(text) {
      const line = printable(text);
      if (stderr.isTTY) stderr.write(`\r\u001B[2K${line.slice(0, stderr.columns - 1)}`);
      else stderr.write(`${line}\n`);
      hasProgress = true;
      isPassing = false;
    },
    passing(text) {
      if (!stderr.isTTY) return;
      stderr.write(`\r\u001B[2K${printable(text).slice(0, stderr.columns - 1)}`);
      isPassing = true;
    },
    endProgress,
    columns: stdout.isTTY ? stdout.columns : Number.POSITIVE_INFINITY,
    left: left.signal,
  };
}

/** Text from elsewhere, without what could take over the terminal; line breaks become spaces. */
export function printable(text: string): string {
  return plainText(text).replaceAll(/\s*\n\s*/g, " ");
}

/** Text from elsewhere, without what could take over the terminal; line breaks stay. */
export function plainText(text: string): string {
  // oxlint-disable-next-line eslint/no-control-regex -- control characters are what is taken out
  return stripVTControlCharacters(text).replaceAll(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g, "");
}

/** Rows under headings, each column as wide as its widest cell, the last one cut to the window. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[], columns: number): string {
  const cells = [headings, ...rows].map((row) => row.map(printable));
  const widths = headings.map((_heading, at) => Math.max(...cells.map((row) => (row[at] ?? "").length)));
  return cells
    .map((row) =>
      row
        .map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0)))
        .join("  ")
        .slice(0, columns)
        .trimEnd(),
    )
    .join("\n");
}
