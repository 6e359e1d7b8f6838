import { z } from "zod";

/** A whole number within bounds, with what it is where a file says nothing. */
export function wholeNumber(min: number, max: number, fallback: number, description: string) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z
    .int({ error })
    .min(min, { error })
    .max(max, { error })
    .default(fallback)
    .meta({ description: `${description} A whole number from ${min} to ${max}. Default ${fallback}.` });
}

/** Likewise, where nothing is filled in: `fallback` says what goes then. */
export function optionalWholeNumber(min: number, max: number, fallback: number | string, description: string) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z
    .int({ error })
    .min(min, { error })
    .max(max, { error })
    .optional()
    .meta({ description: `${description} A whole number from ${min} to ${max}. Default ${fallback}.` });
}

/** What is said where something else stands in the place of an object. */
export const isObject = { error: "must be an object" };

const patternError = 'must be a name, a pattern such as "read_*", or one after "!"';

/** A list of names and patterns. */
export function patternList() {
  return z.array(z.string({ error: patternError }).regex(/^!?[^!]/, { error: patternError }), {
    error: "must be a list of names and patterns",
  });
}
