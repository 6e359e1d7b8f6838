/**
 * Months until the cash is gone, from the first month: the whole months before the one that ends below 0, and the part of that one for
 * which the cash still lasts if it goes evenly. Where it lasts to the end, what is left divided by the mean outflow of the last three
 * months is added. Infinity where it then does not fall.
 *
 * `opening` and `net` in any unit, the same for both.
 */
export function runwayMonths(opening: number, net: ArrayLike<number>): number {
  let balance = opening;
  if (balance < 0) return 0;
  for (let at = 0; at < net.length; at += 1) {
    const change = net[at] ?? 0;
    if (balance + change < 0) return at + balance / -change;
    balance += change;
  }
  const recent = Math.min(3, net.length);
  let change = 0;
  for (let at = net.length - recent; at < net.length; at += 1) change += net[at] ?? 0;
  return change >= 0 ? Number.POSITIVE_INFINITY : net.length + (balance * recent) / -change;
}
