/** Writes the pages that come from tables: errors, events, configuration, metrics, requirements, REST. With `--check` only says whether they are current. */
import { readFileSync, writeFileSync } from "node:fs";
import { format } from "node:util";
import { configPage } from "./docs-config.ts";
import { errorsPage } from "./docs-errors.ts";
import { eventsPage } from "./docs-events.ts";
import { metricsPage } from "./docs-metrics.ts";
import { requirementsPage } from "./docs-requirements.ts";
import { restPage } from "./docs-rest.ts";

const pages = {
  "docs/errors.md": errorsPage(),
  "docs/config.md": configPage(),
  "docs/events.md": eventsPage(),
  "docs/metrics.md": metricsPage(),
  "docs/requirements.md": requirementsPage(),
  "docs/rest.md": restPage(),
};
const isCheck = process.argv.includes("--check");

for (const [name, text] of Object.entries(pages)) {
  const file = new URL(`../${name}`, import.meta.url);
  if (!isCheck) writeFileSync(file, text);
  else if (readFileSync(file, "utf8") !== text) {
    process.stderr.write(format("%s is not current: run `npm run docs`\n", name));
    process.exitCode = 1;
  }
}
