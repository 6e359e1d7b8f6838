import { Anchor, Group, Text } from "@mantine/core";
import { type ReactNode, useState } from "react";
import type { JsonObject } from "../answers.ts";
import { Loaded } from "../parts/loaded.tsx";
import { Page, Panel } from "../parts/page.tsx";
import type { DocTypeAnswer, DocumentAnswer } from "./answers.ts";
import { useAnswer, useDocType } from "./ask.ts";
import { DocumentEditor } from "./document-editor.tsx";
import { DocumentFields } from "./document-fields.tsx";
import { stateOf } from "./fields.ts";
import { jsonOf, textAt } from "./json.ts";
import { Ledger } from "./ledger.tsx";
import { Actions } from "./lifecycle.tsx";
import { Trail } from "./links.tsx";
import { StateTag } from "./state-tag.tsx";

/** One document: what it says, how far it is, what can be done with it, and what it did to the ledger. */
export function DocumentView(given: {
  readonly site: string;
  readonly doctype: string;
  readonly name: string;
}): ReactNode {
  const { site, doctype, name } = given;
  const docType = useDocType(site, doctype);
  const answer = useAnswer<DocumentAnswer>(site, "get_document", { doctype, name });
  if (answer.isPlaceholderData || docType.isPlaceholderData) return null;
  return (
    <Loaded query={docType}>
      {(known) => (
        <Loaded query={answer}>
          {({ data, url }) => <Shown site={site} docType={known} doc={jsonOf(data)} url={url} />}
        </Loaded>
      )}
    </Loaded>
  );
}

function Shown(given: {
  readonly site: string;
  readonly docType: DocTypeAnswer;
  readonly doc: JsonObject;
  readonly url: string;
}): ReactNode {
  const { site, docType, doc, url } = given;
  const [edited, setEdited] = useState<JsonObject>();
  const name = textAt(doc, "name");
  const title = docType.title_field === undefined ? undefined : doc[docType.title_field];
  const state = stateOf(doc);
  return (
    <Page
      title={name}
      says={
        <>
          <Trail site={site} doctype={docType.doctype} />
          <Group gap="xs" mt={4}>
            {docType.submittable && <StateTag state={state} />}
            {typeof title === "string" && title !== name && <Text size="sm">{title}</Text>}
            <Anchor href={url} target="_blank" rel="noreferrer" size="sm">
              Open it on the site
            </Anchor>
          </Group>
        </>
      }
    >
      {edited === undefined ? (
        <>
          <Actions
            site={site}
            docType={docType}
            doc={doc}
            edit={() => {
              setEdited(doc);
            }}
          />
          <DocumentFields site={site} docType={docType} doc={doc} />
        </>
      ) : (
        <DocumentEditor
          site={site}
          docType={docType}
          doc={edited}
          close={() => {
            setEdited(undefined);
          }}
        />
      )}
      {docType.submittable && state !== "draft" && <Ledger site={site} doctype={docType.doctype} name={name} />}
      <Panel>
        <Text size="xs" c="dimmed">
          {`Made by ${textAt(doc, "owner")} at ${textAt(doc, "creation")}, changed by ${textAt(doc, "modified_by")} at ${textAt(doc, "modified")}, in the site's time zone`}
        </Text>
      </Panel>
    </Page>
  );
}
