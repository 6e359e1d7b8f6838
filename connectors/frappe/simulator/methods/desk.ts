import { insert, loaded } from "../documents.ts";
import { type Json, isJson, numberOf, textOf } from "../json.ts";
import { argument } from "../filters.ts";
import { counted, listed } from "../list.ts";
import { metaOf } from "../meta.ts";
import { may, mustMay } from "../permissions.ts";
import type { Request } from "../request.ts";
import { shownDoc } from "../shown.ts";
import { doctypeOf } from "../site.ts";
import { actions } from "../doctype.ts";
import { tablesOf } from "../values.ts";
import type { Methods } from "./method.ts";
import { questionIn } from "./client.ts";

/** What the desk asks: forms, lists, links, comments, assignments. */
export const deskMethods: Methods = {
  "frappe.desk.form.load.getdoctype": {
    needs: ["doctype"],
    run: (args, { site }) => {
      const type = doctypeOf(site, textOf(args["doctype"]));
      const rows = tablesOf(type).map(({ options = "" }) => doctypeOf(site, options));
      return { body: { docs: [type, ...new Set(rows)].map((one) => metaOf(site, one)), user_settings: "{}" } };
    },
  },
  "frappe.desk.form.load.getdoc": {
    needs: ["doctype", "name"],
    run: (args, request) => {
      const { type, doc } = loaded(request, textOf(args["doctype"]), textOf(args["name"]));
      mustMay(request.site, request.user, type, "read", doc);
      const docinfo = docinfoOf(
        request,
        type.name,
        doc.name,
        Object.fromEntries(actions.map((action) => [action, +may(request.site, request.user, type, action, doc)])),
      );
      return { body: { docs: [shownDoc(request, type, doc, { nulls: false })], docinfo, _link_titles: {} } };
    },
  },
  "frappe.desk.reportview.get": { needs: ["doctype"], run: reportview },
  "frappe.desk.reportview.get_count": {
    needs: ["doctype"],
    run: (args, request) => ({
      message: counted(request, textOf(args["doctype"]), { filters: args["filters"], orFilters: args["or_filters"] }),
    }),
  },
  "frappe.desk.reportview.export_query": { needs: ["doctype"], run: exported },
  "frappe.desk.search.search_link": { needs: ["doctype", "txt"], run: searchLink },
  "frappe.desk.form.utils.add_comment": {
    needs: ["reference_doctype", "reference_name", "content", "comment_email", "comment_by"],
    isWriting: true,
    run: (args, request) => {
      const { comment_email, comment_by, reference_doctype, reference_name, content } = args;
      return { message: comment(request, { comment_email, comment_by, reference_doctype, reference_name, content }) };
    },
  },
  "frappe.desk.form.assign_to.add": {
    needs: ["doctype", "name"],
    isWriting: true,
    run: (args, request) => {
      const people = argument(args["assign_to"]);
      const description = textOf(args["description"]) || "Assignment";
      const made = (Array.isArray(people) ? people : []).map((person) => {
        const values = {
          description,
          allocated_to: person,
          reference_type: args["doctype"],
          reference_name: args["name"],
          assigned_by: request.user,
        };
        return { owner: textOf(person), name: insert(request, "ToDo", values).name };
      });
      return { message: made };
    },
  },
  "frappe.desk.doctype.tag.tag.add_tag": {
    needs: ["tag", "dt", "dn"],
    isWriting: true,
    run: (args, request) => {
      const { doc, type } = loaded(request, textOf(args["dt"]), textOf(args["dn"]));
      mustMay(request.site, request.user, type, "write", doc);
      request.site.store.put(type.name, { ...doc, _user_tags: `${textOf(doc["_user_tags"])},${textOf(args["tag"])}` });
      return { message: args["tag"] };
    },
  },
  "frappe.share.add": {
    needs: ["doctype", "name"],
    isWriting: true,
    run: (args, request) => {
      const { doc, type } = loaded(request, textOf(args["doctype"]), textOf(args["name"]));
      mustMay(request.site, request.user, type, "share", doc);
      return {
        message: {
          user: args["user"] ?? null,
          share_doctype: type.name,
          share_name: doc.name,
          read: 1,
          write: numberOf(args["write"]),
          doctype: "DocShare",
        },
      };
    },
  },
};

/** A comment on a document, as it is shown. */
export function comment(request: Request, values: Json): Json {
  const made = insert(request, "Comment", { comment_type: "Comment", ...values });
  return shownDoc(request, doctypeOf(request.site, "Comment"), made, { nulls: false });
}

function docinfoOf({ site }: Request, doctype: string, name: string, permissions: Json): Json {
  const of = (kind: string, by: string, at: string) =>
    site.store.all(kind).filter((one) => one[by] === doctype && one[at] === name);
  const comments = of("Comment", "reference_doctype", "reference_name").map(
    ({ name: own, creation, content, owner, comment_type }) => ({ name: own, creation, content, owner, comment_type }),
  );
  const files = of("File", "attached_to_doctype", "attached_to_name").map(
    ({ name: own, file_name, file_url, is_private }) => ({ name: own, file_name, file_url, is_private }),
  );
  const versions = of("Version", "ref_doctype", "docname").map(({ name: own, owner, creation, data }) => ({
    name: own,
    owner,
    creation,
    data,
  }));
  return {
    user_info: {},
    comments,
    shared: [],
    assignment_logs: [],
    attachment_logs: [],
    info_logs: [],
    like_logs: [],
    workflow_logs: [],
    doctype,
    name,
    attachments: files,
    communications: [],
    automated_messages: [],
    versions,
    assignments: [],
    permissions,
    views: [],
    energy_point_logs: [],
    additional_timeline_content: [],
    milestones: [],
    is_document_followed: null,
    tags: "",
    document_email: null,
  };
}

function reportview(args: Json, request: Request) {
  const doctype = textOf(args["doctype"]);
  const rows = listed(request, doctype, questionIn(args));
  const withComments = numberOf(args["with_comment_count"]) === 1;
  const [first] = rows;
  if (first === undefined) return { message: [] };
  const keys = [...Object.keys(first), ...(withComments ? ["_comment_count"] : [])];
  const values = rows.map((row) =>
    Object.values(row).concat(withComments ? [commentsOn(request, doctype, row["name"])] : []),
  );
  return { message: { keys, values, user_info: {} } };
}

function commentsOn({ site }: Request, doctype: string, name: unknown): number {
  const all = site.store.all("Comment");
  return all.filter((one) => one["reference_doctype"] === doctype && one["reference_name"] === name).length;
}

function exported(args: Json, request: Request) {
  const type = doctypeOf(request.site, textOf(args["doctype"]));
  mustMay(request.site, request.user, type, "export");
  const rows = listed(request, type.name, questionIn(args));
  const labels = Object.keys(rows[0] ?? {}).map(
    (key) => type.fields.find(({ fieldname }) => fieldname === key)?.label ?? key,
  );
  const lines: unknown[][] = [["Sr", ...labels]];
  for (const row of rows) lines.push([lines.length, ...Object.values(row)]);
  const content = Buffer.from(lines.map((line) => `${line.map(cellOf).join(",")}\r\n`).join(""));
  return {
    answer: { kind: "file", mimeType: "text/csv; charset=utf-8", content, fileName: `${type.name}.csv` } as const,
  };
}

function cellOf(value: unknown): string {
  return typeof value === "number" ? String(value) : `"${textOf(value).replaceAll('"', '""')}"`;
}

function searchLink(args: Json, request: Request) {
  const type = doctypeOf(request.site, textOf(args["doctype"]));
  // Which DocTypes there are, a site tells everybody.
  const asking = type.name === "DocType" ? { ...request, user: "Administrator" } : request;
  const { site, user } = asking;
  if (!may(site, user, type, "select") && !may(site, user, type, "read")) mustMay(site, user, type, "select");
  const columns = [
    "name",
    ...(type.title_field === undefined ? [] : [type.title_field]),
    ...(type.search_fields ?? "").split(",").filter((part) => part !== ""),
  ];
  const filters = argument(args["filters"]);
  const text = textOf(args["txt"]);
  const rows = listed(asking, type.name, {
    fields: columns,
    filters: isJson(filters) || Array.isArray(filters) ? filters : [],
    orFilters: columns.map((column) => [column, "like", `%${text}%`]),
    limit: numberOf(args["page_length"]) || 10,
  });
  const found = rows.map((row) => ({
    value: row["name"],
    description: columns
      .slice(1)
      .map((column) => textOf(row[column]))
      .filter((part) => part !== "")
      .join(", "),
  }));
  return site.version === 15 ? { message: found } : { body: { results: found } };
}
