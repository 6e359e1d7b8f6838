/** Numbers strictly between 0 and 1. */
export type Uniform = () => number;

/**
 * An endless row of numbers, evenly between 0 and 1 with 53 bits, that is the same for the same seed and stream and independent of all other
 * streams. The generator is sfc32 (C. Doty-Humphrey, PractRand), seeded by splitmix32.
 */
export function uniformStream(seed: number, stream: number): Uniform {
  let mix = Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul((stream | 0) + 1, 0x85ebca6b);
  const next = (): number => {
    mix = (mix + 0x9e3779b9) | 0;
    let mixed = Math.imul(mix ^ (mix >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return mixed ^ (mixed >>> 15);
  };
  let a = next() ^ seed;
  let b = next() ^ stream;
  let c = next();
  let counter = 1;
  const word = (): number => {
    const result = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + result) | 0;
    return result >>> 0;
  };
  for (let round = 0; round < 15; round += 1) word();
  return () => ((word() >>> 5) * 67_108_864 + (word() >>> 6) + 0.5) / 9_007_199_254_740_992;
}

/** Which of `count` places each of `count` has, every order as likely (Fisher–Yates). */
export function permutation(count: number, uniform: Uniform): Uint32Array {
  const places = Uint32Array.from({ length: count }, (_none, at) => at);
  for (let at = count - 1; at > 0; at -= 1) {
    const other = Math.floor(uniform() * (at + 1));
    const swapped = places[at] ?? 0;
    places[at] = places[other] ?? 0;
    places[other] = swapped;
  }
  return places;
}
