import { betaQuantile } from "./beta.ts";
import { normalCdf } from "./normal.ts";

/** How an uncertain value is spread. */
export type Distribution =
  | { readonly kind: "normal"; readonly mean: number; readonly std: number }
  | { readonly kind: "uniform"; readonly low: number; readonly high: number }
  | { readonly kind: "triangular"; readonly left: number; readonly mode: number; readonly right: number }
  /** `mean` and `sigma` are of the logarithm. */
  | { readonly kind: "lognormal"; readonly mean: number; readonly sigma: number }
  /** Between 0 and 1. */
  | { readonly kind: "beta"; readonly a: number; readonly b: number };

/** The value of a distribution that belongs to a standard normal one: the same share of both lies below. */
export function fromNormal(distribution: Distribution): (normal: number) => number {
  switch (distribution.kind) {
    case "normal":
      return (normal) => distribution.mean + distribution.std * normal;
    case "lognormal":
      return (normal) => Math.exp(distribution.mean + distribution.sigma * normal);
    case "uniform":
      return (normal) => distribution.low + (distribution.high - distribution.low) * normalCdf(normal);
    case "triangular":
      return (normal) => triangularQuantile(distribution, normalCdf(normal));
    case "beta": {
      const quantile = betaQuantile(distribution.a, distribution.b);
      return (normal) => quantile(normalCdf(normal));
    }
  }
}

type Triangular = Extract<Distribution, { kind: "triangular" }>;

function triangularQuantile({ left, mode, right }: Triangular, share: number): number {
  const width = right - left;
  const atMode = (mode - left) / width;
  return share < atMode
    ? left + Math.sqrt(share * width * (mode - left))
    : right - Math.sqrt((1 - share) * width * (right - mode));
}

/** Mean and variance in closed form. */
export function momentsOf(distribution: Distribution): { readonly mean: number; readonly variance: number } {
  switch (distribution.kind) {
    case "normal":
      return { mean: distribution.mean, variance: distribution.std ** 2 };
    case "uniform":
      return {
        mean: (distribution.low + distribution.high) / 2,
        variance: (distribution.high - distribution.low) ** 2 / 12,
      };
    case "triangular": {
      const { left, mode, right } = distribution;
      const squares = left ** 2 + mode ** 2 + right ** 2 - left * mode - left * right - mode * right;
      return { mean: (left + mode + right) / 3, variance: squares / 18 };
    }
    case "lognormal": {
      const { mean, sigma } = distribution;
      return {
        mean: Math.exp(mean + sigma ** 2 / 2),
        variance: Math.expm1(sigma ** 2) * Math.exp(2 * mean + sigma ** 2),
      };
    }
    case "beta": {
      const { a, b } = distribution;
      return { mean: a / (a + b), variance: (a * b) / ((a + b) ** 2 * (a + b + 1)) };
    }
  }
}
