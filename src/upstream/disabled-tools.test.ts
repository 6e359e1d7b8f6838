import assert from "node:assert/strict";
import { test } from "node:test";
import { groupKey } from "../protocol/definition-meta.ts";
import { DisabledTools } from "./disabled-tools.ts";

const tools = {
  read_a: "core",
  write_a: "core",
  chart: "visualization",
  dashboard: "visualization",
  analyze: "data_science",
  loose: undefined,
} as const;

function shownWith(...patterns: string[]): string {
  const disabled = new DisabledTools(patterns);
  return Object.entries(tools)
    .filter(([name, group]) => !disabled.has({ name, ...(group !== undefined && { _meta: { [groupKey]: group } }) }))
    .map(([name]) => name)
    .join(" ");
}

test("tools are taken away by their names and by their groups, core never as a whole", () => {
  for (const [patterns, shown] of [
    [[], "read_a write_a chart dashboard analyze loose"],
    [["group:visualization"], "read_a write_a analyze loose"],
    [["group:visualization", "group:data_science"], "read_a write_a loose"],
    [["group:visualization", "!chart"], "read_a write_a chart analyze loose"],
    [["group:visualization", "write_*"], "read_a analyze loose"],
    [["group:core"], "read_a write_a chart dashboard analyze loose"],
    [["group:core", "write_a"], "read_a chart dashboard analyze loose"],
    [["group:nothing"], "read_a write_a chart dashboard analyze loose"],
    [["*", "!read_*"], "read_a"],
    [["*", "!read_*", "group:data_science"], "read_a"],
    [["!chart"], "chart"],
    [["*", "!group:visualization"], "chart dashboard"],
    [["*", "!read_*", "!group:data_science"], "read_a analyze"],
    [["!group:core"], "read_a write_a"],
  ] as const) {
    assert.equal(shownWith(...patterns), shown, patterns.join(" "));
  }
});
