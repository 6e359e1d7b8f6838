/**
 * Tries what must hold whatever comes: `npm run fuzz`. `--seconds N` is the time for all (30), `--only NAME` picks one, `--seed N` and
 * `--path P`, from the report of a failure, play that case again.
 */
import { format, parseArgs } from "node:util";
import { fuzzes } from "./all.ts";
import { tryOut } from "./fuzz.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    seconds: { type: "string", default: "30" },
    seed: { type: "string" },
    path: { type: "string" },
  },
});

const chosen = fuzzes.filter(({ name }) => values.only === undefined || name === values.only);
if (chosen.length === 0)
  throw new RangeError(`--only ${values.only} is none of ${fuzzes.map(({ name }) => name).join(", ")}`);
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
const withinMs = (Number(values.seconds) * 1000) / chosen.length;
process.stdout.write(format("seed %d\n", seed));

for (const fuzz of chosen) {
  try {
    const cases = await tryOut(fuzz, { seed, path: values.path, withinMs });
    process.stdout.write(format("%s: %d cases held\n", fuzz.name, cases));
  } catch (thrown) {
    process.stderr.write(format("%s\n", thrown instanceof Error ? thrown.message : thrown));
    process.exitCode = 1;
  }
}
