/* What the connector's tools answer, by their own types. */
export type { DocTypeAnswer, FieldAnswer } from "../../../connectors/frappe/tools/doctype-info.ts";
export type { WrittenAnswer } from "../../../connectors/frappe/tools/lifecycle.ts";
export type { DocumentAnswer, ListAnswer } from "../../../connectors/frappe/tools/read.ts";
export type {
  ReportAnswer,
  ReportFilterAnswer,
  ReportsAnswer,
  RequirementsAnswer,
} from "../../../connectors/frappe/tools/reports.ts";
export type { LinksAnswer, SearchAnswer } from "../../../connectors/frappe/tools/search.ts";
export type { PendingAnswer } from "../../../connectors/frappe/tools/workflow.ts";
