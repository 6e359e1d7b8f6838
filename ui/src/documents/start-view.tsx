import { Code, Grid, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { type ReactNode, useState } from "react";
import { useAddress } from "../address.ts";
import { useMayUse } from "../ask.ts";
import { Empty, Loaded } from "../parts/loaded.tsx";
import { Page, Panel } from "../parts/page.tsx";
import { useSome } from "../parts/some.tsx";
import { UpstreamChoice } from "../parts/upstream-choice.tsx";
import { useTools } from "../queries.ts";
import { plural } from "../text.ts";
import type { LinksAnswer, PendingAnswer, ReportsAnswer, SearchAnswer } from "./answers.ts";
import { useAnswer, useComputed, useDocTypesOf } from "./ask.ts";
import { DocumentLink, ListLink, ReportLink } from "./links.tsx";
import { savedQuestions } from "./saved-questions.ts";

/** Where one begins on a site: what waits, what is often asked, and what can be found. */
export function StartView({ site, sites }: { readonly site: string; readonly sites: readonly string[] }): ReactNode {
  const [search, set] = useAddress("/documents");
  const query = search["q"] ?? "";
  const tools = useTools();
  // One that is away has no tools at all, which its questions say better.
  const hasTools = tools.data?.some(({ name }) => name.startsWith(`${site}__`)) === true;
  const mayList = useMayUse(site, "list_documents");
  return (
    <Page
      title="Documents"
      says={`${site}, as far as your user there may see`}
      actions={<UpstreamChoice label="Site" upstream={site} upstreams={sites} names={["q"]} set={set} />}
    >
      {hasTools && !mayList ? (
        <Panel>
          <Empty title="Documents cannot be read here">
            Your key does not reach <Code>{site}/list_documents</Code>: an operator grants it.
          </Empty>
        </Panel>
      ) : (
        <>
          <Panel>
            <TextInput
              label="Find"
              description="A DocType, such as Customer, or a part of a document's name or title"
              value={query}
              onChange={(event) => {
                set({ q: event.currentTarget.value === "" ? undefined : event.currentTarget.value });
              }}
            />
            <Found site={site} query={query} />
          </Panel>
          <Grid>
            <Grid.Col span={{ base: 12, md: 6 }}>
              <Stack gap="lg">
                <Waiting site={site} />
                <SavedQuestions site={site} />
              </Stack>
            </Grid.Col>
            <Grid.Col span={{ base: 12, md: 6 }}>
              <Reports site={site} />
            </Grid.Col>
          </Grid>
        </>
      )}
    </Page>
  );
}

/** How long nobody must type before it is looked for, in ms. */
const quietMs = 300;

function Found({ site, query }: { readonly site: string; readonly query: string }): ReactNode {
  const [settled] = useDebouncedValue(query.trim(), quietMs);
  const isAsked = settled !== "";
  // Rows of tables are read with their documents.
  const filters = { istable: 0 };
  const args = { doctype: "DocType", query: settled, filters, limit: 10 };
  const docTypes = useAnswer<LinksAnswer>(site, "search_link", args, isAsked);
  const documents = useAnswer<SearchAnswer>(site, "search_documents", { query: settled || "-", limit: 15 }, isAsked);
  if (!isAsked) return null;
  return (
    <Grid mt="md">
      <Grid.Col span={{ base: 12, sm: 5 }}>
        <Text size="sm" fw={600} mb={4}>
          DocTypes
        </Text>
        <Loaded query={docTypes}>
          {({ results }) => (
            <Links
              none="No DocType is called so."
              items={results.map(({ value }) => [value, <ListLink key={value} site={site} doctype={value} />])}
            />
          )}
        </Loaded>
      </Grid.Col>
      <Grid.Col span={{ base: 12, sm: 7 }}>
        <Text size="sm" fw={600} mb={4}>
          Documents
        </Text>
        <Loaded query={documents}>
          {({ results }) => (
            <Links
              none="No document is called so, among those that are searched."
              items={results.map(({ doctype, name, title }) => [
                `${doctype} ${name}`,
                <DocumentLink key={name} site={site} doctype={doctype} name={name}>
                  {title === name ? `${doctype} ${name}` : `${doctype} ${name}: ${title}`}
                </DocumentLink>,
              ])}
            />
          )}
        </Loaded>
      </Grid.Col>
    </Grid>
  );
}

function Links(given: { readonly none: string; readonly items: readonly (readonly [string, ReactNode])[] }): ReactNode {
  const { none, items } = given;
  if (items.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {none}
      </Text>
    );
  return (
    <Stack component="ul" role="list" gap={6} p={0} m={0} style={{ listStyle: "none" }}>
      {items.map(([key, item]) => (
        <li key={key}>{item}</li>
      ))}
    </Stack>
  );
}

/** Steps of workflows that wait for the visitor's user. */
function Waiting({ site }: { readonly site: string }): ReactNode {
  const may = useMayUse(site, "get_pending_approvals");
  const answer = useAnswer<PendingAnswer>(site, "get_pending_approvals", { limit: 20, include_actions: false }, may);
  if (!may) return null;
  return (
    <Panel title="Waits for you">
      <Loaded query={answer}>
        {({ pending_approvals: pending, total_pending: total }) => (
          <>
            <Links
              none="Nothing waits for a step of yours."
              items={pending.map(({ doctype, name, workflow_state: state }) => [
                `${doctype} ${name}`,
                <>
                  <DocumentLink site={site} doctype={doctype} name={name}>{`${doctype} ${name}`}</DocumentLink>{" "}
                  <Text size="sm" c="dimmed" component="span">
                    {state}
                  </Text>
                </>,
              ])}
            />
            {total > pending.length && (
              <Text size="sm" c="dimmed" mt="xs">{`and ${plural(total - pending.length, "other")}`}</Text>
            )}
          </>
        )}
      </Loaded>
    </Panel>
  );
}

/** What people ask often, of DocTypes that the site has. */
function SavedQuestions({ site }: { readonly site: string }): ReactNode {
  const [questions] = useState(() => savedQuestions(new Date()));
  const there = useDocTypesOf(site, [...new Set(questions.map(({ doctype }) => doctype))]);
  const shown = questions.filter(({ doctype }) => there?.has(doctype) !== false);
  return (
    <Panel title="Often asked">
      <Links
        none="The site has none of the DocTypes that these are about."
        items={shown.map(({ label, doctype, more }) => [
          label,
          <ListLink key={label} site={site} doctype={doctype} more={more}>
            {label}
          </ListLink>,
        ])}
      />
    </Panel>
  );
}

function Reports({ site }: { readonly site: string }): ReactNode {
  const may = useMayUse(site, "report_list");
  const answer = useComputed<ReportsAnswer>(site, "report_list", { limit: 1000 }, may);
  const [shown, more] = useSome(answer.data?.reports ?? [], site, 15);
  if (!may) return null;
  return (
    <Panel title="Reports">
      <Loaded query={answer}>
        {() => (
          <>
            <Links
              none="There is no report that your user may see."
              items={shown.map(({ name }) => [name, <ReportLink key={name} site={site} report={name} />])}
            />
            {more}
          </>
        )}
      </Loaded>
    </Panel>
  );
}
