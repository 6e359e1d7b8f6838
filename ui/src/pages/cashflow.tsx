import "../cashflow/cashflow.css";
import { Alert, Group, Select, Stack, Tabs } from "@mantine/core";
import type { ReactNode } from "react";
import { type SetAddress, useAddress } from "../address.ts";
import type { ScenariosAnswer } from "../cashflow/answers.ts";
import { useAnswer } from "../cashflow/ask.ts";
import { CapTableView } from "../cashflow/cap-table-view.tsx";
import { EntitiesView } from "../cashflow/entities-view.tsx";
import { EntityEditor } from "../cashflow/entity-editor.tsx";
import { moneyText, monthText, titleOf } from "../cashflow/figures.ts";
import { ForecastView } from "../cashflow/forecast-view.tsx";
import { type Question, horizons } from "../cashflow/question.ts";
import { ReportMenu } from "../cashflow/report-menu.tsx";
import { RiskView } from "../cashflow/risk-view.tsx";
import { useUpstreamsOf } from "../upstreams-of.ts";
import { Empty, Loaded, Problem } from "../parts/loaded.tsx";
import { Page, Panel } from "../parts/page.tsx";
import { Sample } from "../parts/sample.tsx";
import { useStatus } from "../queries.ts";

/** A company's cash flow: what the connector's tools answer, and nothing else. */
export function CashflowPage(): ReactNode {
  const status = useStatus();
  const models = useUpstreamsOf("cashflow") ?? [];
  const [{ upstream }] = useAddress("/cashflow");
  const model = models.find((name) => name === upstream) ?? models[0];
  if (model !== undefined) return <Company key={model} model={model} models={models} />;
  return (
    <Page title="Cash flow" says="What a company earns, spends and has, from YAML files.">
      <Panel>
        <Loaded query={status}>{() => <NoModel />}</Loaded>
      </Panel>
    </Page>
  );
}

function NoModel(): ReactNode {
  return (
    <Empty title="No upstream is a cash-flow model">
      Add the connector to `mcpServers` of the configuration, or on the page Upstreams; `dir` is the folder with
      company.yaml.
      <Sample>{'"cashflow": {\n  "connector": "cashflow",\n  "config": { "dir": "./company" }\n}'}</Sample>
    </Empty>
  );
}

const views = [
  ["forecast", "Forecast"],
  ["risk", "Risk"],
  ["entities", "Entities"],
  ["captable", "Cap table"],
] as const;

function Company({ model, models }: { readonly model: string; readonly models: readonly string[] }): ReactNode {
  const [search, set] = useAddress("/cashflow");
  const about = useAnswer<ScenariosAnswer>(model, "scenarios_list", {});
  const months = Number(search["months"]);
  const question: Question = {
    model,
    scenario: search["scenario"] ?? "baseline",
    other: search["with"] === search["scenario"] ? undefined : search["with"],
    months: horizons.includes(months) ? months : 24,
  };
  const { company, currency = "", start = "", opening_cash: opening } = about.data ?? {};
  return (
    <Page
      title="Cash flow"
      says={company === undefined ? model : `${company}, from ${monthText(start)} with ${moneyText(opening, currency)}`}
      actions={<ReportMenu question={question} />}
    >
      {about.isError && <Problem error={about.error} retry={() => void about.refetch()} />}
      <Choices question={question} models={models} scenarios={about.data?.scenarios ?? []} set={set} />
      <Views question={question} scenarios={(about.data?.scenarios ?? []).map(({ name }) => name)} />
      <EntityEditor
        model={model}
        id={search["entity"]}
        close={() => {
          set({ entity: undefined });
        }}
      />
    </Page>
  );
}

function Choices(given: {
  readonly question: Question;
  readonly models: readonly string[];
  readonly scenarios: ScenariosAnswer["scenarios"];
  readonly set: SetAddress;
}): ReactNode {
  const { question, models, scenarios, set } = given;
  const known = scenarios.some(({ name }) => name === question.scenario);
  const options = scenarios.map(({ name }) => ({ value: name, label: titleOf(name) }));
  const description = scenarios.find(({ name }) => name === question.scenario)?.description;
  return (
    <Stack gap={6}>
      <Group gap="sm" align="flex-end">
        {models.length > 1 && <ModelChoice model={question.model} models={models} set={set} />}
        <Select
          label="Scenario"
          w={190}
          allowDeselect={false}
          data={options}
          value={question.scenario}
          {...(description !== undefined && { "aria-description": description })}
          onChange={(scenario) => {
            set({ scenario: scenario ?? undefined });
          }}
        />
        <Select
          label="Compare with"
          w={190}
          clearable
          placeholder="none"
          data={options.filter(({ value }) => value !== question.scenario)}
          value={question.other ?? null}
          onChange={(other) => {
            set({ with: other ?? undefined });
          }}
        />
        <Select
          label="Months"
          w={90}
          allowDeselect={false}
          data={horizons.map(String)}
          value={String(question.months)}
          onChange={(months) => {
            set({ months: months ?? undefined });
          }}
        />
      </Group>
      {description !== undefined && <span className="said">{description}</span>}
      {!known && scenarios.length > 0 && (
        <Alert color="orange" variant="light">{`There is no scenario "${question.scenario}". Choose one above.`}</Alert>
      )}
    </Stack>
  );
}

function ModelChoice(given: {
  readonly model: string;
  readonly models: readonly string[];
  readonly set: SetAddress;
}): ReactNode {
  const { model, models, set } = given;
  return (
    <Select
      label="Company"
      w={170}
      allowDeselect={false}
      data={models}
      value={model}
      onChange={(upstream) => {
        set({ upstream: upstream ?? undefined, scenario: undefined, with: undefined, entity: undefined });
      }}
    />
  );
}

function Views({
  question,
  scenarios,
}: {
  readonly question: Question;
  readonly scenarios: readonly string[];
}): ReactNode {
  const [search, set] = useAddress("/cashflow");
  const view = views.some(([name]) => name === search["view"]) ? (search["view"] ?? "forecast") : "forecast";
  return (
    <Tabs
      value={view}
      keepMounted={false}
      onChange={(next) => {
        set({ view: next ?? undefined });
      }}
    >
      <Tabs.List mb="md">
        {views.map(([name, label]) => (
          <Tabs.Tab key={name} value={name}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value={view}>
        <Stack gap="lg">
          {view === "forecast" && <ForecastView question={question} scenarios={scenarios} />}
          {view === "risk" && <RiskView question={question} />}
          {view === "entities" && (
            <EntitiesView
              model={question.model}
              open={(entity) => {
                set({ entity });
              }}
            />
          )}
          {view === "captable" && <CapTableView model={question.model} />}
        </Stack>
      </Tabs.Panel>
    </Tabs>
  );
}
