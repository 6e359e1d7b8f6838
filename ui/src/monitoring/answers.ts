/* What the connector's tools answer, by their own types. */
export type { DashboardAnswer, ProblemsAnswer } from "../../../connectors/checkmk/tools/health.ts";
export type { HostHealthAnswer } from "../../../connectors/checkmk/tools/host-health-shape.ts";
export type { ShownHostStatus, ShownProblem } from "../../../connectors/checkmk/tools/problem-shape.ts";
