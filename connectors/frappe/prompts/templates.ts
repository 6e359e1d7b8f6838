import type { Template, TemplateArgument } from "./template.ts";

const focus: TemplateArgument = { name: "analysis_focus", description: "What matters most.", default: "an overview" };
const period: TemplateArgument = {
  name: "time_period",
  description: "Such as last quarter.",
  default: "the last 12 months",
};
const include = (name: string, what: string): TemplateArgument => ({
  name,
  description: `yes or no: ${what}`,
  default: "no",
});

const end = `
Give no figure that no tool told you, say over how many rows each is, and say where rows were left out. End with at most five things to do, each with its reason.`;

/** What comes with the connector. */
export const templates: readonly Template[] = [
  {
    name: "sales_analysis",
    version: 1,
    title: "Analyse sales",
    description: "What is sold to whom, how that changes, and what is not paid.",
    arguments: [focus, period, include("include_territory", "by territory too")],
    text: `Analyse sales over {{time_period}}, with {{analysis_focus}} first.

1. get_doctype_info of Sales Invoice. Count only docstatus 1.
2. analyze_business_data of Sales Invoice: quality, then trends of base_grand_total over posting_date by month, then groups by customer.
3. list_documents of Sales Invoice with outstanding_amount above 0 and due_date before today, the oldest first.
{{#include_territory}}4. analyze_business_data groups by territory with base_grand_total.
{{/include_territory}}5. chart_business_data: a line of sums by month, a bar of the ten largest customers.
${end}`,
  },
  {
    name: "purchase_analysis",
    version: 1,
    title: "Analyse purchases",
    description: "What is bought of whom, at which prices, and what is owed.",
    arguments: [focus, period, include("include_inventory", "stock too")],
    text: `Analyse purchases over {{time_period}}, with {{analysis_focus}} first.

1. get_doctype_info of Purchase Invoice. Count only docstatus 1.
2. analyze_business_data: trends of base_grand_total over posting_date, groups by supplier.
3. run_database_query over the rows of invoices: the items whose rate changed most between their first and last purchase.
{{#include_inventory}}4. report_requirements, then generate_report of Stock Balance: what lies longest, what runs out.
{{/include_inventory}}5. list_documents of Purchase Invoice that are overdue.
${end}`,
  },
  {
    name: "manufacturing_analysis",
    version: 1,
    title: "Analyse manufacturing",
    description: "Work orders: what is late, and why.",
    arguments: [focus, include("include_quality", "quality inspections too")],
    text: `Analyse manufacturing, with {{analysis_focus}} first.

1. list_documents of Work Order that are neither Completed nor Stopped, by planned_start_date; say which are late.
2. analyze_business_data groups by status and production_item, with qty and produced_qty.
3. For the three latest, get_document: which materials are missing?
{{#include_quality}}4. analyze_business_data groups of Quality Inspection by status and item_code.
{{/include_quality}}
${end}`,
  },
  {
    name: "hr_analysis",
    version: 1,
    title: "Analyse the workforce",
    description: "Who works where, who comes and goes, who is away.",
    arguments: [focus, include("include_payroll", "payroll too, where the user may see it")],
    text: `Analyse the workforce, with {{analysis_focus}} first. Name no person where a number will do.

1. analyze_business_data groups of Employee by department and status.
2. list_documents of Employee with date_of_joining or relieving_date in the last year; trends by month.
3. analyze_business_data groups of Leave Application by leave_type, with total_leave_days.
{{#include_payroll}}4. analyze_business_data statistics of Salary Slip over gross_pay and net_pay by month. Masked values stay masked.
{{/include_payroll}}
${end}`,
  },
  {
    name: "crm_analysis",
    version: 1,
    title: "Analyse leads and opportunities",
    description: "Where customers come from, and where they are lost.",
    arguments: [focus, period, include("include_campaigns", "by campaign too")],
    text: `Analyse leads and opportunities over {{time_period}}, with {{analysis_focus}} first.

1. analyze_business_data groups of Lead by status and source; trends by creation.
2. analyze_business_data groups of Opportunity by status and sales_stage, with opportunity_amount.
3. run_database_query: the share of leads that became opportunities, and of these that were won, by source.
{{#include_campaigns}}4. The same by campaign_name.
{{/include_campaigns}}5. list_documents of Opportunity that are open and were not changed for 30 days.
${end}`,
  },
  {
    name: "doctype_documentation",
    version: 1,
    title: "Document a DocType",
    description: "What a DocType is for and how it is used, for people.",
    arguments: [
      { name: "doctype_name", description: "The DocType." },
      include("include_api_examples", "calls of tools too"),
    ],
    text: `Document the DocType "{{doctype_name}}" for people who work with it.

1. Read doctype://{{doctype_name}}: fields, links, tables, permissions.
2. list_documents of it, 5 of them, for examples. Name no person and no figure of theirs.
3. Write: what it stands for; which fields must be filled and what they mean; what it links to; which steps it goes through; who may do what.
{{#include_api_examples}}4. Show the arguments of create_document, update_document and list_documents for it.
{{/include_api_examples}}`,
  },
  {
    name: "data_quality_audit",
    version: 1,
    title: "Audit the quality of data",
    description: "What is missing, double or odd in documents of a DocType.",
    arguments: [
      { name: "doctype_name", description: "The DocType." },
      { name: "time_range", description: "Only documents made in it, such as last year.", default: "all time" },
    ],
    text: `Audit the documents of "{{doctype_name}}" made in {{time_range}}.

1. get_doctype_info: which fields are required, unique, links?
2. analyze_business_data: quality over all fields that people fill, then profile of those with problems.
3. run_database_query: groups of documents that are likely the same: by name without capitals and signs, by tax id, by e-mail.
4. Say what is worst, with the names of up to ten documents each, and how it would be put right. Change nothing.
${end}`,
  },
  {
    name: "overdue_invoices",
    version: 1,
    title: "Chase overdue invoices",
    description: "Who owes what since when, and what is to be done about each.",
    arguments: [{ name: "company", description: "Only of this company.", default: "all companies" }],
    text: `List what customers owe {{company}}.

1. list_documents of Sales Invoice: docstatus 1, outstanding_amount above 0, due_date before today, the oldest first.
2. chart_business_data: a bar of outstanding_amount by customer, sum.
3. For the five largest, the payments of the customer over the last year: do they pay late as a habit?
4. Write a message to each of the five, for the person to send. Change nothing in the ERP.
${end}`,
  },
];
