import { test } from "node:test";
import { fuzzes } from "./all.ts";
import { tryOut } from "./fuzz.ts";
import { verifies } from "../requirements/verifies.ts";

/* The same cases every time: `npm run fuzz` tries others, for as long as it is given. */

const seed = 20_260_728;

for (const fuzz of fuzzes) {
  test(`${fuzz.name} holds for random cases`, async () => {
    verifies("cancel.race");
    await tryOut(fuzz, { seed, runs: fuzz.runs });
  });
}
