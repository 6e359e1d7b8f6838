/* What the connector's tools answer, by their own types. */
export type { CapTableAnswer } from "../../../connectors/cashflow/tools/cap-table.ts";
export type { EntitiesAnswer, EntityAnswer } from "../../../connectors/cashflow/tools/entities.ts";
export type { ValidityAnswer } from "../../../connectors/cashflow/tools/entity-changes.ts";
export type { ExplainMonthAnswer } from "../../../connectors/cashflow/tools/explain-month.ts";
export type { ForecastAnswer } from "../../../connectors/cashflow/tools/forecast.ts";
export type { HealthAnswer } from "../../../connectors/cashflow/tools/health-score.ts";
export type { KpisAnswer } from "../../../connectors/cashflow/tools/kpis.ts";
export type { MonteCarloAnswer } from "../../../connectors/cashflow/tools/monte-carlo.ts";
export type { ReportAnswer } from "../../../connectors/cashflow/tools/report.ts";
export type { ComparisonAnswer, ScenariosAnswer } from "../../../connectors/cashflow/tools/scenarios.ts";
