import type { Tool } from "switchyard/connector";
import type { LiveModel } from "../live-model.ts";
import { capTableTool, exitWaterfallTool, fundingRoundTool } from "./cap-table.ts";
import { entitiesListTool, entityGetTool, entitySchemaTool } from "./entities.ts";
import { entityDeleteTool, entitySaveTool, entityValidateTool, oneAtATime } from "./entity-changes.ts";
import { explainMonthTool } from "./explain-month.ts";
import { forecastTool } from "./forecast.ts";
import { breakEvenTool, goalSeekTool } from "./goal-seek.ts";
import { healthScoreTool } from "./health-score.ts";
import { kpisTool } from "./kpis.ts";
import { monteCarloTool } from "./monte-carlo.ts";
import { reportTool } from "./report.ts";
import { compareScenariosTool, scenariosListTool } from "./scenarios.ts";
import { gridTool, sensitivityTool, tornadoTool } from "./what-if.ts";

/** Everything that can be asked of a model, and done to it. `today` is the day, `YYYY-MM-DD`, where a question names none. */
export function toolsFor(live: LiveModel, today: () => string): readonly Tool[] {
  const writes = oneAtATime();
  return [
    forecastTool(live),
    explainMonthTool(live),
    kpisTool(live),
    healthScoreTool(live, today),
    scenariosListTool(live),
    compareScenariosTool(live),
    sensitivityTool(live),
    tornadoTool(live),
    gridTool(live),
    goalSeekTool(live),
    breakEvenTool(live),
    monteCarloTool(live),
    capTableTool(live, today),
    exitWaterfallTool(live, today),
    fundingRoundTool(live, today),
    entitiesListTool(live),
    entityGetTool(live),
    entitySchemaTool(),
    entityValidateTool(live),
    entitySaveTool(live, writes),
    entityDeleteTool(live, writes),
    reportTool(live),
  ];
}
