import { z } from "zod";

/** An argument that names one of these or several, in whatever case; it is read as a list, in theirs. */
export function someOf<const Values extends readonly [string, ...string[]]>(values: Values) {
  const written = new Map(values.map((value) => [value.toLowerCase(), value]));
  const known = (text: string): string => written.get(text.toLowerCase()) ?? text;
  return z
    .union([z.string(), z.array(z.string()).min(1)])
    .transform((given) => [given].flat().map(known))
    .pipe(z.array(z.enum(values)))
    .describe(`One or a list of ${values.join(", ")}, in whatever case.`);
}
