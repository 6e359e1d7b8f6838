/** A table that reads well in a terminal and to a model: texts to the left, everything else to the right. */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_title, at) => Math.max(...all.map((cells) => (cells[at] ?? "").length)));
  const isText = head.map((_title, at) => rows.some((cells) => /^(?!-?[\d,.]+ ?%?$|-$|$)/.test(cells[at] ?? "")));
  return all
    .map((cells) =>
      widths
        .map((width, at) => {
          const cell = cells[at] ?? "";
          return isText[at] === true ? cell.padEnd(width) : cell.padStart(width);
        })
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** An amount in whole units, as `-1,234`; `-` where there is none. */
export function wholeUnits(value: number | null | undefined): string {
  return value === undefined || value === null ? "-" : grouped(value, 0);
}

/** An amount with its currency, as `1,234.50 EUR`; `none` where there is none. */
export function money(value: number | null | undefined, currency: string): string {
  return value === undefined || value === null ? "none" : `${grouped(value, 2)} ${currency}`;
}

/** A share from 0 to 1 as `12.5 %`; `-` where there is none. */
export function percent(share: number | undefined, digits = 1): string {
  return share === undefined ? "-" : `${(share * 100).toFixed(digits)} %`;
}

/** A number with at most `digits` decimals and its thousands apart. */
export function grouped(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  const [whole = "", fraction] = text.split(".");
  const apart = whole.replaceAll(/\B(?=(?:\d{3})+$)/g, ",");
  const isNegative = value < 0 && /[1-9]/.test(text);
  return `${isNegative ? "-" : ""}${apart}${fraction === undefined ? "" : `.${fraction}`}`;
}
