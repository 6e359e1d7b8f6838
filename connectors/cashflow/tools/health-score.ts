import type { Tool } from "switchyard/connector";
import { z } from "zod";
import { alertsOf } from "../alerts.ts";
import { entitiesOf } from "../entities.ts";
import { forecast } from "../engine/forecast.ts";
import { healthScore } from "../health-score.ts";
import type { LiveModel } from "../live-model.ts";
import { projectHealth } from "../project-health.ts";
import { percent, textTable } from "../text-table.ts";
import { day, forecastFields, optionsOf } from "./forecast-options.ts";
import { modelTool } from "./model-tool.ts";

const output = z.object({
  score: z.number().describe("20 to 100."),
  band: z.enum(["critical", "weak", "fair", "good"]).describe("From 30, 60 and 80."),
  parts: z.array(
    z.object({
      name: z.string(),
      points: z.number(),
      most: z.number(),
      value: z.number().optional(),
      reason: z.string(),
    }),
  ),
  alerts: z.array(
    z.object({
      level: z.enum(["critical", "warning", "info"]),
      metric: z.string(),
      value: z.number(),
      threshold: z.number(),
      message: z.string(),
      recommendation: z.string(),
    }),
  ),
  projects: z.array(
    z.object({
      entity: z.string(),
      score: z.number().describe("0 to 100."),
      committed: z.number().describe("Share of its time that is over, 0 to 1."),
      onTime: z.number().describe("Share of due milestones reached in time, 0 to 1."),
      completion: z.number().describe("0 to 1."),
    }),
  ),
});

/** What `health_score` answers. */
export type HealthAnswer = z.output<typeof output>;

export function healthScoreTool(live: LiveModel, today: () => string): Tool {
  return modelTool(live, {
    name: "health_score",
    title: "Health and alerts",
    description:
      "How well the company stands, 20 to 100 points and why; what is beyond a threshold and what to do about it; and how each project stands.",
    input: z.object({
      ...forecastFields,
      on: day.optional().describe("The day on which projects are judged, YYYY-MM-DD. Default: today."),
    }),
    output,
    answer: (model, { on = today(), ...options }) => {
      const result = forecast(model, optionsOf(options));
      const { score, band, parts } = healthScore(result);
      const alerts = [...alertsOf(result)];
      const projects = entitiesOf(result.view.entities, "project").map((project) => projectHealth(project, on));
      const told = [
        `Health ${score} of 100: ${band}.`,
        textTable(
          ["part", "points", "of", "why"],
          parts.map(({ name, points, most, reason }) => [name, String(points), String(most), reason]),
        ),
        alerts.length === 0
          ? "No alerts."
          : alerts.map((one) => `${one.level.toUpperCase()} ${one.message} ${one.recommendation}`).join("\n"),
      ];
      if (projects.length > 0) told.push(projectsText(projects, on));
      return {
        structured: { score, band, parts: parts.map(withoutUndefined), alerts, projects },
        content: told.join("\n\n"),
      };
    },
  });
}

function withoutUndefined<T extends { readonly value: number | undefined }>({ value, ...rest }: T) {
  return { ...rest, ...(value !== undefined && { value }) };
}

function projectsText(projects: readonly ReturnType<typeof projectHealth>[], on: string): string {
  const table = textTable(
    ["project", "score", "time used", "on time", "complete"],
    projects.map(({ entity, score, committed, onTime, completion }) => [
      entity,
      score.toFixed(0),
      percent(committed, 0),
      percent(onTime, 0),
      percent(completion, 0),
    ]),
  );
  return `Projects on ${on}:\n${table}`;
}
