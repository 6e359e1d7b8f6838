/**
 * The regularised incomplete beta function: the share of a beta(a, b) distribution that lies below x (Press et al., Numerical Recipes, 6.4;
 * the continued fraction by the modified Lentz method).
 */
export function betaCdf(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  return x < (a + 1) / (a + b + 2) ? (front * fraction(x, a, b)) / a : 1 - (front * fraction(1 - x, b, a)) / b;
}

function fraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const guarded = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / guarded(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m <= 500; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / guarded(1 + even * d);
    c = guarded(1 + even / c);
    result *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / guarded(1 + odd * d);
    c = guarded(1 + odd / c);
    const step = d * c;
    result *= step;
    if (Math.abs(step - 1) < 1e-15) break;
  }
  return result;
}

/** Natural logarithm of the gamma function for x > 0 (Lanczos, g = 7, n = 9). */
function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const coefficients = [
    676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
    -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
  ];
  const t = x + 6.5;
  let series = 0.9999999999998099;
  for (const [at, coefficient] of coefficients.entries()) series += coefficient / (x + at);
  return 0.9189385332046728 + (x - 0.5) * Math.log(t) - t + Math.log(series);
}

const nodes = 1024;

/**
 * The inverse of {@link betaCdf} as a function of the share. It is prepared once: between 1,024 nodes the answer is sought by Newton's method,
 * held inside the two nodes.
 */
export function betaQuantile(a: number, b: number): (share: number) => number {
  const shares = Float64Array.from({ length: nodes + 1 }, (_none, at) => betaCdf(at / nodes, a, b));
  const logFront = logGamma(a + b) - logGamma(a) - logGamma(b);
  const density = (x: number): number => Math.exp(logFront + (a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x));
  return (share) => {
    let low = 0;
    let high = nodes;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((shares[middle] ?? 0) <= share) low = middle;
      else high = middle;
    }
    return refine(share, low / nodes, high / nodes, (x) => betaCdf(x, a, b), density);
  };
}

function refine(
  share: number,
  from: number,
  to: number,
  cdf: (x: number) => number,
  density: (x: number) => number,
): number {
  let low = from;
  let high = to;
  let x = (low + high) / 2;
  for (let step = 0; step < 60; step += 1) {
    const error = cdf(x) - share;
    if (error > 0) high = x;
    else low = x;
    const newton = x - error / density(x);
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - x) <= 1e-12 * (1 + x)) return next;
    x = next;
  }
  return x;
}
