import { type DocType, doctype, field, fieldsOf, right } from "../doctype.ts";
import type { SiteVersion } from "../error-body.ts";

const everybody = right("All", "all", { if_owner: true });
const child = { istable: true, rights: [] } as const;

/** The DocTypes that every site has, as far as they are needed here. */
export function coreDoctypes(version: SiteVersion): readonly DocType[] {
  return [...people, ...desk, ...records, reports(version), ...workflow, ...meta];
}

const people: readonly DocType[] = [
  doctype(
    "Role",
    "Core",
    [
      field("role_name", "Data", { reqd: true, unique: true }),
      field("disabled", "Check"),
      field("desk_access", "Check", { default: "1" }),
    ],
    { autoname: "field:role_name", rights: [right("System Manager", "all"), right("Desk User", ["select", "read"])] },
  ),
  doctype("Has Role", "Core", [field("role", "Link", { options: "Role" })], child),
  doctype(
    "User",
    "Core",
    [
      field("enabled", "Check", { default: "1" }),
      field("email", "Data", { reqd: true }),
      field("first_name", "Data", { reqd: true }),
      field("last_name", "Data"),
      field("full_name", "Data"),
      field("username", "Data"),
      field("time_zone", "Data"),
      field("language", "Data"),
      field("user_type", "Select", { options: "System User\nWebsite User" }),
      field("send_welcome_email", "Check", { default: "1" }),
      field("thread_notify", "Check", { default: "1" }),
      field("simultaneous_sessions", "Int", { default: "2" }),
      field("desk_theme", "Select", { options: "Light\nDark\nAutomatic" }),
      field("mute_sounds", "Check"),
      field("last_active", "Datetime"),
      field("last_login", "Datetime"),
      field("new_password", "Password"),
      field("api_key", "Data"),
      field("api_secret", "Password"),
      field("roles", "Table", { options: "Has Role" }),
    ],
    { autoname: "field:email", title_field: "full_name", search_fields: "full_name" },
  ),
];

const desk: readonly DocType[] = [
  doctype(
    "ToDo",
    "Desk",
    [
      field("description_and_status", "Section Break"),
      field("status", "Select", { options: "Open\nClosed\nCancelled", default: "Open", in_list_view: true }),
      field("priority", "Select", { options: "High\nMedium\nLow", default: "Medium", in_list_view: true }),
      field("color", "Color"),
      field("date", "Date", { default: "Today", label: "Due Date" }),
      field("allocated_to", "Link", { options: "User" }),
      field("description", "Text Editor", { reqd: true }),
      field("reference_type", "Link", { options: "DocType" }),
      field("reference_name", "Dynamic Link", { options: "reference_type" }),
      field("role", "Link", { options: "Role" }),
      field("assigned_by", "Link", { options: "User" }),
      field("assigned_by_full_name", "Read Only"),
      field("sender", "Data"),
      field("assignment_rule", "Data", { read_only: true }),
    ],
    { rights: [right("System Manager", "all"), everybody], title_field: "description" },
  ),
  doctype(
    "Note",
    "Desk",
    [field("title", "Data", { reqd: true }), field("public", "Check"), field("content", "Text Editor")],
    { rights: [right("System Manager", "all"), everybody] },
  ),
  doctype(
    "Dashboard Chart Link",
    "Desk",
    [field("chart", "Link", { options: "Dashboard Chart" }), field("width", "Select", { options: "Half\nFull" })],
    child,
  ),
  doctype(
    "Dashboard",
    "Desk",
    [
      field("dashboard_name", "Data", { reqd: true, unique: true }),
      field("is_default", "Check"),
      field("is_standard", "Check"),
      field("charts", "Table", { options: "Dashboard Chart Link", reqd: true }),
    ],
    { autoname: "field:dashboard_name" },
  ),
  doctype(
    "Dashboard Chart",
    "Desk",
    [
      field("chart_name", "Data", { reqd: true, unique: true }),
      field("chart_type", "Select", { options: "Count\nSum\nAverage\nGroup By\nCustom\nReport" }),
      field("document_type", "Link", { options: "DocType" }),
      field("based_on", "Data"),
      field("value_based_on", "Data"),
      field("group_by_type", "Select", { options: "Count\nSum\nAverage" }),
      field("group_by_based_on", "Data"),
      field("aggregate_function_based_on", "Data"),
      field("timeseries", "Check"),
      field("timespan", "Select", { options: "\nLast Year\nLast Quarter\nLast Month\nLast Week\nSelect Date Range" }),
      field("time_interval", "Select", { options: "\nYearly\nQuarterly\nMonthly\nWeekly\nDaily" }),
      field("filters_json", "Code"),
      field("type", "Select", { options: "Line\nBar\nPercentage\nPie\nDonut\nHeatmap" }),
      field("color", "Color"),
      field("is_public", "Check"),
      field("number_of_groups", "Int"),
    ],
    { autoname: "field:chart_name" },
  ),
];

const records: readonly DocType[] = [
  doctype(
    "File",
    "Core",
    [
      field("file_name", "Data"),
      field("is_private", "Check"),
      field("file_type", "Data"),
      field("is_home_folder", "Check"),
      field("is_attachments_folder", "Check"),
      field("file_size", "Int"),
      field("file_url", "Code"),
      field("folder", "Data"),
      field("is_folder", "Check"),
      field("attached_to_doctype", "Link", { options: "DocType" }),
      field("attached_to_name", "Data"),
      field("attached_to_field", "Data"),
      field("content_hash", "Data"),
      field("uploaded_to_dropbox", "Check"),
      field("uploaded_to_google_drive", "Check"),
    ],
    { rights: [right("System Manager", "all"), everybody] },
  ),
  doctype(
    "Comment",
    "Core",
    [
      field("comment_type", "Select", { options: "Comment\nInfo\nAttachment\nAssigned\nWorkflow\nLabel\nLike" }),
      field("comment_email", "Data"),
      field("comment_by", "Data"),
      field("published", "Check"),
      field("seen", "Check"),
      field("reference_doctype", "Link", { options: "DocType" }),
      field("reference_name", "Dynamic Link", { options: "reference_doctype" }),
      field("content", "Text Editor"),
    ],
    { rights: [right("System Manager", "all"), everybody] },
  ),
  doctype("Version", "Core", [field("ref_doctype", "Data"), field("docname", "Data"), field("data", "Code")]),
  doctype("Prepared Report", "Core", [
    field("status", "Select", { options: "Queued\nStarted\nCompleted\nError" }),
    field("report_name", "Data"),
    field("filters", "Small Text"),
    field("report_end_time", "Datetime"),
    field("error_message", "Text"),
  ]),
  doctype(
    "System Settings",
    "Core",
    [field("time_zone", "Data"), field("language", "Data"), field("date_format", "Data")],
    { issingle: true },
  ),
];

function reports(version: SiteVersion): DocType {
  const own =
    version === 15
      ? [field("timeout", "Int")]
      : [field("disable_prepared_report", "Check"), field("reference_report", "Data")];
  return doctype(
    "Report",
    "Core",
    [
      field("report_name", "Data", { reqd: true, unique: true }),
      field("ref_doctype", "Link", { options: "DocType", reqd: true }),
      field("is_standard", "Select", { options: "No\nYes" }),
      field("module", "Data", { default: "Desk" }),
      field("report_type", "Select", {
        options: "Report Builder\nQuery Report\nScript Report\nCustom Report",
        reqd: true,
      }),
      field("letter_head", "Data"),
      field("add_total_row", "Check"),
      field("disabled", "Check"),
      field("prepared_report", "Check"),
      ...own,
      field("query", "Code"),
      field("report_script", "Code"),
      field("javascript", "Code"),
      field("json", "Code"),
      field("columns", "Table", { options: "Report Column" }),
      field("roles", "Table", { options: "Has Role" }),
      field("filters", "Table", { options: "Report Filter" }),
    ],
    { autoname: "field:report_name", rights: [right("System Manager", "all"), right("Desk User", ["select", "read"])] },
  );
}

const workflow: readonly DocType[] = [
  doctype(
    "Workflow Document State",
    "Workflow",
    [
      field("state", "Data", { reqd: true }),
      field("doc_status", "Select", { options: "0\n1\n2" }),
      field("allow_edit", "Link", { options: "Role" }),
      field("update_field", "Data"),
      field("update_value", "Data"),
    ],
    child,
  ),
  doctype(
    "Workflow Transition",
    "Workflow",
    [
      field("state", "Data", { reqd: true }),
      field("action", "Data", { reqd: true }),
      field("next_state", "Data", { reqd: true }),
      field("allowed", "Link", { options: "Role" }),
      field("allow_self_approval", "Check", { default: "1" }),
      field("condition", "Code"),
    ],
    child,
  ),
  doctype(
    "Workflow",
    "Workflow",
    [
      field("workflow_name", "Data", { reqd: true, unique: true }),
      field("document_type", "Link", { options: "DocType", reqd: true }),
      field("is_active", "Check"),
      field("workflow_state_field", "Data", { default: "workflow_state" }),
      field("states", "Table", { options: "Workflow Document State" }),
      field("transitions", "Table", { options: "Workflow Transition" }),
    ],
    {
      autoname: "field:workflow_name",
      rights: [right("System Manager", "all"), right("Desk User", ["select", "read"])],
    },
  ),
  doctype("Workflow Action Permitted Role", "Workflow", [field("role", "Link", { options: "Role" })], child),
  doctype(
    "Workflow Action",
    "Workflow",
    [
      field("status", "Select", { options: "Open\nCompleted" }),
      field("reference_doctype", "Link", { options: "DocType" }),
      field("reference_name", "Dynamic Link", { options: "reference_doctype" }),
      field("workflow_state", "Data"),
      field("user", "Link", { options: "User" }),
      field("permitted_roles", "Table", { options: "Workflow Action Permitted Role" }),
    ],
    { rights: [right("System Manager", "all"), right("Desk User", ["select", "read"])] },
  ),
];

const meta: readonly DocType[] = [
  doctype(
    "DocField",
    "Core",
    [
      field("fieldname", "Data"),
      field("label", "Data"),
      field("fieldtype", "Data"),
      field("options", "Small Text"),
      field("default", "Small Text"),
      field("reqd", "Check"),
      field("unique", "Check"),
      field("read_only", "Check"),
      field("hidden", "Check"),
      field("in_list_view", "Check"),
      field("in_standard_filter", "Check"),
      field("allow_on_submit", "Check"),
      field("permlevel", "Int"),
      field("description", "Small Text"),
      field("depends_on", "Code"),
      field("fetch_from", "Small Text"),
      field("precision", "Data"),
      field("length", "Int"),
    ],
    child,
  ),
  doctype(
    "DocPerm",
    "Core",
    [
      field("role", "Link", { options: "Role" }),
      field("permlevel", "Int"),
      field("if_owner", "Check"),
      ...(
        [
          "select",
          "read",
          "write",
          "create",
          "delete",
          "submit",
          "cancel",
          "amend",
          "print",
          "email",
          "report",
          "import",
          "export",
          "share",
        ] as const
      ).map((name) => field(name, "Check")),
    ],
    child,
  ),
  doctype(
    "Report Column",
    "Core",
    [
      field("fieldname", "Data"),
      field("label", "Data"),
      field("fieldtype", "Data"),
      field("options", "Data"),
      field("width", "Data"),
    ],
    child,
  ),
  doctype(
    "Report Filter",
    "Core",
    [
      field("fieldname", "Data"),
      field("label", "Data"),
      field("fieldtype", "Data"),
      field("options", "Data"),
      field("mandatory", "Check"),
    ],
    child,
  ),
  doctype(
    "Custom Field",
    "Custom",
    [
      field("dt", "Link", { options: "DocType", label: "Document", reqd: true }),
      ...fieldsOf("Data", "label fieldname insert_after"),
      field("fieldtype", "Data", { default: "Data" }),
      ...fieldsOf("Small Text", "options default"),
      ...fieldsOf("Check", "reqd unique read_only hidden in_list_view allow_on_submit"),
      field("permlevel", "Int"),
    ],
    { autoname: "prompt" },
  ),
  doctype(
    "Property Setter",
    "Custom",
    [
      field("doctype_or_field", "Select", { options: "DocField\nDocType" }),
      field("doc_type", "Link", { options: "DocType", reqd: true }),
      ...fieldsOf("Data", "field_name property property_type"),
      field("value", "Small Text"),
    ],
    { autoname: "prompt" },
  ),
  doctype(
    "DocType",
    "Core",
    [
      field("module", "Data"),
      field("issingle", "Check"),
      field("istable", "Check"),
      field("is_submittable", "Check"),
      field("custom", "Check"),
      field("track_changes", "Check"),
      field("autoname", "Data"),
      field("naming_rule", "Data"),
      field("title_field", "Data"),
      field("search_fields", "Data"),
      field("sort_field", "Data", { default: "modified" }),
      field("sort_order", "Data", { default: "DESC" }),
      field("editable_grid", "Check", { default: "1" }),
      field("allow_rename", "Check", { default: "1" }),
      field("engine", "Data", { default: "InnoDB" }),
      field("fields", "Table", { options: "DocField" }),
      field("permissions", "Table", { options: "DocPerm" }),
    ],
    { autoname: "prompt", rights: [right("System Manager", "all"), right("Desk User", ["select", "read"])] },
  ),
];
