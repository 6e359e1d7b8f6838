import { type Tool, inGroup } from "switchyard/connector";
import type { z } from "zod";
import type { Desk } from "./desk/desk.ts";
import { analysisTools, chartTool } from "./tools/analyze.ts";
import { bulkTool } from "./tools/bulk.ts";
import { createTool } from "./tools/create.ts";
import { type customSchema, customTool } from "./tools/custom.ts";
import { dashboardTools } from "./tools/dashboards.ts";
import { doctypeInfoTool } from "./tools/doctype-info.ts";
import { extractTool } from "./tools/files.ts";
import { importTool } from "./tools/import.ts";
import { lifecycleTools } from "./tools/lifecycle.ts";
import { pythonTool } from "./tools/python.ts";
import { readTools } from "./tools/read.ts";
import { reportTools } from "./tools/reports.ts";
import { searchTools } from "./tools/search.ts";
import { updateTool } from "./tools/update.ts";
import { workflowTools } from "./tools/workflow.ts";

/** Groups of tools that are switched on together. `core` always is. */
export const groupNames = ["core", "data_science", "visualization", "custom"] as const;

export type Group = (typeof groupNames)[number];

/** The tools of the groups that are on. */
export function toolsOf(
  desk: Desk,
  groups: ReadonlySet<Group>,
  custom: readonly z.output<typeof customSchema>[],
): readonly Tool[] {
  const tools: Readonly<Record<Group, () => readonly Tool[]>> = {
    core: () => [
      ...readTools(desk),
      createTool(desk),
      updateTool(desk),
      ...lifecycleTools(desk),
      bulkTool(desk),
      importTool(desk),
      ...searchTools(desk),
      doctypeInfoTool(desk),
      ...reportTools(desk),
      ...workflowTools(desk),
    ],
    data_science: () => [pythonTool(desk), ...analysisTools(desk), extractTool(desk)],
    visualization: () => [chartTool(desk), ...dashboardTools(desk)],
    custom: () => custom.map((each) => customTool(desk, each)),
  };
  return groupNames
    .filter((name) => name === "core" || groups.has(name))
    .flatMap((name) => inGroup(name, tools[name]()));
}
