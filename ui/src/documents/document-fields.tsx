import { Stack } from "@mantine/core";
import type { ReactNode } from "react";
import type { JsonObject } from "../answers.ts";
import { Empty } from "../parts/loaded.tsx";
import { Panel } from "../parts/page.tsx";
import type { DocTypeAnswer } from "./answers.ts";
import { isFilled, isLong, isTable, sectionsOf } from "./fields.ts";
import { rowsOf } from "./json.ts";
import { RowsView } from "./rows-view.tsx";
import { Value } from "./value.tsx";

/** What a document says, in the parts of its form; fields without a value are left out. */
export function DocumentFields(given: {
  readonly site: string;
  readonly docType: DocTypeAnswer;
  readonly doc: JsonObject;
}): ReactNode {
  const { site, docType, doc } = given;
  const filled = docType.fields.filter(
    ({ name, type, hidden }) => hidden !== true && type !== "Password" && isFilled(type, doc[name]),
  );
  if (filled.length === 0)
    return (
      <Panel>
        <Empty title="Nothing is filled in" />
      </Panel>
    );
  return sectionsOf(filled).map(({ title, fields }) => {
    const plain = fields.filter(({ type }) => !isTable(type));
    const [first] = fields;
    return (
      <Panel key={first?.name ?? title} {...(title !== "" && { title })}>
        <Stack gap="md">
          {plain.length > 0 && (
            <dl className="fields">
              {plain.map((field) => (
                <div key={field.name} className={isLong(field.type) ? "field wide" : "field"}>
                  <dt>{field.label}</dt>
                  <dd>
                    <Value site={site} field={field} doc={doc} value={doc[field.name]} />
                  </dd>
                </div>
              ))}
            </dl>
          )}
          {fields
            .filter(({ type }) => isTable(type))
            .map(({ name, label }) => (
              <RowsView
                key={name}
                site={site}
                label={label}
                fields={docType.child_tables.find(({ field }) => field === name)?.fields ?? []}
                rows={rowsOf(doc[name])}
              />
            ))}
        </Stack>
      </Panel>
    );
  });
}
