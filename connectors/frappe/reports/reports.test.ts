import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { openStand } from "../../../test/rig/frappe-stand.ts";
import { scriptFilters } from "./report-filters.ts";
import { runReport } from "./run-report.ts";

const { signal } = new AbortController();
const query = 'SELECT name AS "Name:Data:100" FROM `tabCustomer`';

function none(): void {
  // Nothing is told, and nothing refused.
}

for (const version of [14, 15] as const) {
  suite(`on a site of version ${version}`, () => {
    test("a report that is prepared in the background is asked for until it is there, less and less often", async () => {
      await using stand = await openStand(version);
      const report = {
        report_name: "Slow",
        ref_doctype: "Customer",
        report_type: "Query Report",
        prepared_report: 1,
        query,
      };
      await stand.admin.create("Report", report, signal);
      const waited: number[] = [];
      const deps = {
        client: stand.admin,
        now: () => waited.reduce((sum, each) => sum + each, 0),
        sleep: (ms: number) => {
          waited.push(ms);
          return Promise.resolve();
        },
        progress: none,
        check: none,
      };
      const first = await runReport(deps, "Slow", {}, signal);
      assert.deepEqual(first.table.rows.map(([name]) => String(name)).toSorted(), [
        "Birch Ltd",
        "Cedar GmbH",
        "Dune SA",
      ]);
      assert.match(first.preparedAt ?? "", /^\d{4}-\d\d-\d\d /);
      assert.ok(waited.length > 0 && waited[0] === 2000, String(waited));
      const before = waited.length;
      assert.equal((await runReport(deps, "Slow", {}, signal)).table.rows.length, 3);
      assert.equal(waited.length, before, "what is ready is not prepared again");
    });

    test("a report that is a stored list is listed", async () => {
      await using stand = await openStand(version);
      const json = JSON.stringify({
        fields: [
          ["name", "Customer"],
          ["territory", "Customer"],
        ],
        filters: [["Customer", "territory", "=", "South"]],
        sort_by: "Customer.name",
        sort_order: "asc",
      });
      const report = { report_name: "South", ref_doctype: "Customer", report_type: "Report Builder", json };
      await stand.admin.create("Report", report, signal);
      const deps = { client: stand.admin, now: () => 0, sleep: () => Promise.resolve(), progress: none, check: none };
      const run = await runReport(deps, "South", {}, signal);
      assert.deepEqual(run.table.rows, [
        ["Cedar GmbH", "South"],
        ["Dune SA", "South"],
      ]);
      const narrowed = await runReport(deps, "South", { name: ["like", "D%"] }, signal);
      assert.deepEqual(narrowed.table.rows, [["Dune SA", "South"]]);
    });
  });
}

test("filters are found in the code of a report's form, whatever stands within them", () => {
  const script = `
    frappe.query_reports["Ledger"] = {
      "filters": [
        { "fieldname": "company", "label": __("Company"), "fieldtype": "Link", "options": "Company", "default": frappe.defaults.get_user_default("Company"), "reqd": 1 },
        { fieldname: 'from_date', label: __('From'), fieldtype: 'Date', reqd: true, on_change: function() { const x = { fieldname: "inner", reqd: 1 }; } },
        { fieldname: "group_by", fieldtype: "Select", options: ["", "Voucher", "Acc]ount"], get_query() { return { filters: [{ fieldname: "no" }] }; } },
      ],
      formatter: (value) => value,
    };`;
  assert.deepEqual(scriptFilters(script), [
    {
      name: "company",
      label: "Company",
      type: "Link",
      options: "Company",
      isRequired: true,
      default: 'frappe.defaults.get_user_default("Company")',
    },
    { name: "from_date", label: "From", type: "Date", options: undefined, isRequired: true, default: undefined },
    {
      name: "group_by",
      label: "group_by",
      type: "Select",
      options: "\nVoucher\nAcc]ount",
      isRequired: false,
      default: undefined,
    },
  ]);
  for (const odd of ["", "filters: [", "filters: [{ fieldname: ", "no filters here", "filters: [{}]"])
    assert.deepEqual(scriptFilters(odd), []);
});

test("the statements of a simulated company say which filters they need, and run with these alone", async () => {
  await using stand = await openStand(15);
  const { call } = stand;
  await stand.admin.create(
    "Fiscal Year",
    { year: "2026", year_start_date: "2026-01-01", year_end_date: "2026-12-31" },
    signal,
  );
  const values: Readonly<Record<string, string>> = {
    company: "Nordlicht",
    fiscal_year: "2026",
    from_fiscal_year: "2026",
    to_fiscal_year: "2026",
    from_date: "2026-01-01",
    to_date: "2026-12-31",
    report_date: "2026-12-31",
  };
  const needs: Readonly<Record<string, string>> = {
    "General Ledger": "company from_date to_date",
    "Trial Balance": "company fiscal_year from_date to_date",
    "Balance Sheet": "company filter_based_on from_fiscal_year to_fiscal_year periodicity",
    "Profit and Loss Statement": "company filter_based_on from_fiscal_year to_fiscal_year periodicity",
    "Cash Flow": "company filter_based_on from_fiscal_year to_fiscal_year periodicity",
    "Accounts Receivable": "company report_date",
    "Budget Variance Report": "company from_fiscal_year to_fiscal_year",
  };
  for (const [report_name, expected] of Object.entries(needs)) {
    const { required_filters: required, optional_filters: optional } = await call("report_requirements", {
      report_name,
    });
    const names = required.map(({ name }: { name: string }) => name);
    assert.deepEqual(names, expected.split(" "), report_name);
    assert.ok(optional.length > 0, report_name);
    const filters = Object.fromEntries(
      required.map((each: { name: string; default?: string }) => [each.name, values[each.name] ?? each.default]),
    );
    await call("generate_report", { report_name, filters });
  }
});

test("a report that is not there is told as that, with where to look", async () => {
  await using stand = await openStand(14);
  const asked = { report_name: "Sales Registr" };
  for (const name of ["generate_report", "report_requirements"])
    await assert.rejects(
      stand.call(name, asked),
      /There is no report of that name on this site\. report_list says which/,
    );
});
