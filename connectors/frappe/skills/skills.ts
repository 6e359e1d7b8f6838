/** A skill: how the tools are used for something that people want. */
export interface Skill {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** Markdown. */
  readonly text: string;
}

function skill(id: string, title: string, description: string, steps: string): Skill {
  return { id, title, description, text: `# ${title}\n\n${description}\n\n${steps.trim()}\n` };
}

/** What is told of the tools beyond their descriptions; read by whoever wants to know how they go together. */
export const skills: readonly Skill[] = [
  skill(
    "find-documents",
    "Find documents",
    "From words of a person to exact names of documents.",
    `
1. A name or part of one, and no idea of which DocType: \`search_documents\`. Of a known DocType: \`search_doctype\`.
2. Conditions, such as overdue or above an amount: \`list_documents\` with filters. Operators are =, !=, >, <, >=, <=, like, in, between, is, timespan.
3. For a link field that you are about to write: \`search_link\` with the DocType of the field's options; use its \`value\`, not its description.
4. Field names are not labels: \`get_doctype_info\` has both. Read it before you filter by something that you have only seen on a form.
5. Go on with \`offset\` while \`has_more\`. Say to people what \`total_count\` says, not the length of a page.
`,
  ),
  skill(
    "write-documents",
    "Create and change documents",
    "Writing so that nothing is lost that others wrote.",
    `
1. \`get_doctype_info\` for fields, types and tables; \`search_link\` for each link.
2. \`create_document\` with \`validate_only\` first where much depends on it. What it lists as missing the site may still fill in.
3. Look at \`warnings\`: the site says there what it set otherwise than you asked, such as rates fetched from a price list.
4. To change: \`get_document\`, then \`update_document\` with its \`modified\`. Where somebody was faster, both versions are told: ask the person, do not write over it.
5. In tables give a row's \`name\` to change it, \`_delete\` to remove it, neither to add one. Other rows stay.
6. \`[masked]\` stands for a value that is not shown. Never write it.
`,
  ),
  skill(
    "submit-cancel-amend",
    "Submit, cancel and amend",
    "What a document that can be submitted goes through.",
    `
- draft, \`submit_document\`: it takes effect, in ledgers and stock too. Show the person what will be submitted, and ask.
- submitted: few fields can be changed; \`update_document\` says which. To take it back, \`cancel_document\`: ledgers get reversing entries.
- cancelled, \`amend_document\`: a new draft with the old values, named after the old one with -1.
- What others refer to cannot be cancelled or deleted before they are: the message names them.
- After submitting an invoice, its entries are in \`GL Entry\`: \`list_documents\` with {"voucher_no": its name}.
`,
  ),
  skill(
    "run-reports",
    "Run reports",
    "The site's own reports, with the filters that they need.",
    `
1. \`report_list\` for the exact name; \`report_requirements\` for its filters. Defaults of the form are not filled in: give every required one.
2. Dates are YYYY-MM-DD. A company is its full name; fiscal years by name are in DocType Fiscal Year.
3. \`generate_report\`. Rows named Total or with indent are sums of others: do not add them up again.
4. One that is prepared in the background may take minutes; \`prepared_at\` says as of when it is.
5. For a file ask for csv or excel; for figures of your own, \`run_database_query\` takes reports as tables.
`,
  ),
  skill(
    "approvals",
    "Approve what waits",
    "The worklist of somebody who decides.",
    `
1. \`get_pending_approvals\`; \`get_document\` of each that is to be decided.
2. Tell the person what it is, from whom, how much, and what the actions lead to. Decide nothing yourself.
3. \`run_workflow\` with the action they chose. One that is not open to them is refused with those that are.
`,
  ),
  skill(
    "analyse-and-chart",
    "Analyse and chart",
    "From rows to figures that can be relied on.",
    `
1. \`analyze_business_data\` with quality first: figures over rows that are half empty mislead.
2. trends needs \`value\` and \`date_field\`; groups needs \`by\`, and \`measures\` for sums. Say when \`is_partial\`.
3. Sums over joined lists: \`run_database_query\`, one SELECT over lists that you name. Filter in the list, not in SQL, where it can be.
4. Anything that SQL cannot say: \`run_python_code\`; the rows are \`data\`. There is no pandas: statistics, collections and datetime are there.
5. \`chart_business_data\` draws; give an aggregate where x repeats. To leave a chart on the site, \`create_dashboard_chart\` and \`create_dashboard\`.
6. Leave out what is cancelled: filter docstatus 1 for what counts.
`,
  ),
  skill(
    "files-and-import",
    "Read files and import rows",
    "What is attached to documents, and tables that shall become documents.",
    `
1. Attachments of a document: \`list_documents\` of File with {"attached_to_doctype": …, "attached_to_name": …}.
2. \`extract_file_content\` reads PDF, Word, Excel and CSV. Where a PDF holds no text it is scanned: operation ocr.
3. To import: \`import_documents\` with preview, and show how columns are matched; correct it with mapping. Then dry_run, and show the rows that would fail. Only then import.
4. Rows that failed are told by their place; the others are written. Do not import the file again: that would write these twice.
`,
  ),
];
