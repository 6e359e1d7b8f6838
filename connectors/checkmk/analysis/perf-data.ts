/** One measured value of a check. */
export interface PerfValue {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly warning: number | undefined;
  readonly critical: number | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
}

const values =
  /(?:'(?<quoted>(?:[^']|'')+)'|(?<plain>[^\s='][^\s=]*))=(?<value>-?[\d.]+(?:e[-+]?\d+)?)(?<unit>[^\s;\d]*)(?<rest>[^\s]*)/gi;

/**
 * The measured values of a check; what is not written as such is left out. Levels that are ranges (`10:20`, `@5:8`) are left out too.
 *
 * @see https://www.monitoring-plugins.org/doc/guidelines.html section Performance data
 */
export function perfValues(text: string): readonly PerfValue[] {
  return [...text.matchAll(values)].flatMap(({ groups }) => {
    const value = Number(groups?.["value"]);
    if (!Number.isFinite(value)) return [];
    const [, warning, critical, min, max] = (groups?.["rest"] ?? "").split(";").map(numberOf);
    const name = groups?.["quoted"]?.replaceAll("''", "'") ?? groups?.["plain"] ?? "";
    return [{ name, value, unit: groups?.["unit"] ?? "", warning, critical, min, max }];
  });
}

function numberOf(text: string): number | undefined {
  const value = text === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** How near a value is to its critical level, 1 where it has reached that; undefined without one, or where less is worse. */
export function nearness({ value, warning, critical }: PerfValue): number | undefined {
  if (critical === undefined || critical <= 0 || (warning !== undefined && warning > critical)) return undefined;
  return value / critical;
}
