/** How something grows with the number of cycles, from a straight line through what was measured. */
export interface Growth {
  /** The line's slope. */
  readonly perCycle: number;
  /** The slope is above this with 99 % confidence. */
  readonly atLeastPerCycle: number;
}

/** What was measured after a number of cycles. */
export interface Point {
  readonly cycles: number;
  readonly value: number;
}

/** How many points a line is laid through: what {@link quantile} is for. */
export const pointCount = 20;
/** Student's t for 18 degrees of freedom, 99 %, one side. */
const quantile = 2.552;

/**
 * The growth over these points, by least squares, and how much of it is no noise: the lower end of the slope's confidence interval.
 *
 * @throws {RangeError} where there are not {@link pointCount} points.
 */
export function growthOf(points: readonly Point[]): Growth {
  if (points.length !== pointCount) throw new RangeError(`growth needs ${pointCount} points, got ${points.length}`);
  const mean = (of: (point: Point) => number): number => points.reduce((sum, point) => sum + of(point), 0) / pointCount;
  const [meanCycles, meanValue] = [mean(({ cycles }) => cycles), mean(({ value }) => value)];
  const spread = pointCount * mean(({ cycles }) => (cycles - meanCycles) ** 2);
  const perCycle = (pointCount * mean(({ cycles, value }) => (cycles - meanCycles) * (value - meanValue))) / spread;
  const residual = ({ cycles, value }: Point): number => value - meanValue - perCycle * (cycles - meanCycles);
  const variance = (pointCount * mean((point) => residual(point) ** 2)) / (pointCount - 2);
  return { perCycle, atLeastPerCycle: perCycle - quantile * Math.sqrt(variance / spread) };
}
