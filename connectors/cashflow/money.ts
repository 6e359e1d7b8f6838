/**
 * An amount of money as a whole number of hundredths of the currency's unit: sums are exact.
 *
 * Every division rounds half to even (IEEE 754 roundTiesToEven, "banker's rounding"), so that rounding favours no side.
 */
export type Cents = number;

/** The nearest whole number; of two equally near ones the even. Never −0. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest < 0.5) return floor + 0;
  return (rest > 0.5 || floor % 2 !== 0 ? floor + 1 : floor) + 0;
}

/** `numerator / denominator` rounded half to even, exact for whole numbers up to 2^53. The denominator is above 0. */
export function divideHalfEven(numerator: number, denominator: number): number {
  let quotient = Math.floor(numerator / denominator);
  let rest = numerator - quotient * denominator;
  // The quotient of large numbers may be off by one before it is floored.
  if (rest < 0) {
    quotient -= 1;
    rest += denominator;
  } else if (rest >= denominator) {
    quotient += 1;
    rest -= denominator;
  }
  const twice = rest * 2;
  return (twice > denominator || (twice === denominator && quotient % 2 !== 0) ? quotient + 1 : quotient) + 0;
}

/** An amount in units of the currency, as people write it, in cents; read as the decimal number that it prints as. */
export function toCents(units: number): Cents {
  return Number.isInteger(units) ? units * 100 : scaledByDecimal(100, units);
}

/** Cents in units of the currency. */
export function toUnits(cents: Cents): number {
  return cents / 100;
}

/** `cents × factor`, the factor read as the decimal number that it prints as: 1.15 is 115/100, not the nearest binary. */
export function scaleCents(cents: Cents, factor: number): Cents {
  return Number.isInteger(factor) ? cents * factor : scaledByDecimal(cents, factor);
}

/**
 * Part `index` (from 0) of `total` in `count` equal parts. Parts differ by at most one cent, and `count` parts in a row, from any
 * multiple of `count`, give exactly `total`.
 */
export function partOf(total: Cents, index: number, count: number): Cents {
  return divideHalfEven(total * (index + 1), count) - divideHalfEven(total * index, count);
}

/** As `1234.50`, with a minus sign where it is negative. */
export function formatCents(cents: Cents): string {
  const whole = Math.abs(Math.trunc(cents));
  const text = `${Math.floor(whole / 100)}.${String(whole % 100).padStart(2, "0")}`;
  return cents < 0 ? `-${text}` : text;
}

/**
 * `total` shared out by `weights`, which are not negative: whole cents that sum to exactly `total` (largest remainder method). Without
 * any weight everything is 0.
 */
export function shareOut(total: Cents, weights: readonly number[]): Cents[] {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  if (sum <= 0) return weights.map(() => 0);
  const exact = weights.map((weight) => (total * weight) / sum);
  const shares = exact.map(Math.floor);
  let left = total - shares.reduce((all, share) => all + share, 0);
  const order = exact
    .map((value, at) => ({ at, rest: value - Math.floor(value) }))
    .toSorted((a, b) => b.rest - a.rest || a.at - b.at);
  for (const { at } of order) {
    if (left <= 0) break;
    shares[at] = (shares[at] ?? 0) + 1;
    left -= 1;
  }
  // Where total × weight is beyond 2^53, a share may have come out a cent too high.
  for (const { at } of order.toReversed()) {
    if (left >= 0) break;
    shares[at] = (shares[at] ?? 0) - 1;
    left += 1;
  }
  return shares;
}

function scaledByDecimal(value: number, factor: number): number {
  const { digits, scale } = decimalOf(factor);
  const product = BigInt(value) * digits;
  const divisor = 10n ** BigInt(scale);
  const absolute = product < 0n ? -product : product;
  const quotient = absolute / divisor;
  const twice = (absolute % divisor) * 2n;
  const rounded = twice > divisor || (twice === divisor && quotient % 2n !== 0n) ? quotient + 1n : quotient;
  return Number(product < 0n ? -rounded : rounded) + 0;
}

/** The shortest decimal that reads back as `value`: `digits / 10^scale`. */
function decimalOf(value: number): { readonly digits: bigint; readonly scale: number } {
  const [mantissa = "0", exponent = "0"] = String(value).split("e");
  const [whole = "0", fraction = ""] = mantissa.split(".");
  const scale = fraction.length - Number(exponent);
  const digits = BigInt(whole + fraction);
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 };
}
