import "../monitoring/monitoring.css";
import { Alert, Stack, Tabs } from "@mantine/core";
import type { ReactNode } from "react";
import { useAddress } from "../address.ts";
import type { DashboardAnswer } from "../monitoring/answers.ts";
import { useMayUse } from "../ask.ts";
import { useAnswer } from "../monitoring/ask.ts";
import { HealthView } from "../monitoring/health-view.tsx";
import { HostDialog } from "../monitoring/host-dialog.tsx";
import { ProblemsView } from "../monitoring/problems-view.tsx";
import { Empty, Loaded } from "../parts/loaded.tsx";
import { Page, Panel } from "../parts/page.tsx";
import { Sample } from "../parts/sample.tsx";
import { UpstreamChoice } from "../parts/upstream-choice.tsx";
import { useStatus, useTools } from "../queries.ts";
import { plural } from "../text.ts";
import { useUpstreamsOf } from "../upstreams-of.ts";

/** What a monitoring site watches: what the connector's tools answer, and nothing else. */
export function MonitoringPage(): ReactNode {
  const status = useStatus();
  const sites = useUpstreamsOf("checkmk") ?? [];
  const [{ upstream }] = useAddress("/monitoring");
  const site = sites.find((name) => name === upstream) ?? sites[0];
  if (site !== undefined) return <Site key={site} site={site} sites={sites} />;
  return (
    <Page title="Monitoring" says="What a monitoring site watches, and what is wrong there.">
      <Panel>
        <Loaded query={status}>{() => <NoSite />}</Loaded>
      </Panel>
    </Page>
  );
}

function NoSite(): ReactNode {
  return (
    <Empty title="No upstream is a monitoring site">
      Add the connector to `mcpServers` of the configuration, or on the page Upstreams. Without a site of your own,
      `switchyard demo checkmk` starts a simulated one.
      <Sample>
        {
          '"checkmk": {\n  "connector": "checkmk",\n  "config": {\n    "url": "https://monitoring.example.com",\n    "site": "main",\n    "user": "automation",\n    "secret": "${CHECKMK_SECRET}"\n  }\n}'
        }
      </Sample>
    </Empty>
  );
}

const views = [
  ["health", "Health"],
  ["problems", "Problems"],
] as const;

function Site(given: { readonly site: string; readonly sites: readonly string[] }): ReactNode {
  const mayAsk = useMayUse(given.site, "get_health_dashboard");
  // One that is away has no tools at all, which its question says better.
  const hasTools = useTools().data?.some(({ name }) => name.startsWith(`${given.site}__`)) === true;
  return hasTools && !mayAsk ? <Unheard {...given} /> : <Standing {...given} />;
}

/** Of a site whose health cannot be asked for. */
function Unheard({ site, sites }: { readonly site: string; readonly sites: readonly string[] }): ReactNode {
  const [, set] = useAddress("/monitoring");
  return (
    <Page
      title="Monitoring"
      says={site}
      actions={<UpstreamChoice label="Site" upstream={site} upstreams={sites} names={["host"]} set={set} />}
    >
      <Panel>
        <Empty title="How things stand cannot be asked here">
          Your key does not reach `get_health_dashboard` of {site}: somebody who may change roles can grant it.
        </Empty>
      </Panel>
    </Page>
  );
}

function Standing({ site, sites }: { readonly site: string; readonly sites: readonly string[] }): ReactNode {
  const [search, set] = useAddress("/monitoring");
  const dashboard = useAnswer<DashboardAnswer>(site, "get_health_dashboard", {});
  const open = (host: string): void => {
    set({ host });
  };
  return (
    <Page
      title="Monitoring"
      says={saysOf(site, dashboard.data)}
      actions={<UpstreamChoice label="Site" upstream={site} upstreams={sites} names={["host"]} set={set} />}
    >
      {dashboard.isError && dashboard.data !== undefined && (
        <Alert color="orange" variant="light" title="What is shown may be old">
          {dashboard.error.message}
        </Alert>
      )}
      <Tabs
        value={views.some(([name]) => name === search["view"]) ? (search["view"] ?? "health") : "health"}
        keepMounted={false}
        onChange={(view) => {
          set({ view: view ?? undefined });
        }}
      >
        <Tabs.List mb="md">
          {views.map(([name, label]) => (
            <Tabs.Tab key={name} value={name}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="health">
          <Stack gap="lg">
            <Loaded query={dashboard}>{(data) => <HealthView site={site} dashboard={data} open={open} />}</Loaded>
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value="problems">
          <ProblemsView site={site} open={open} />
        </Tabs.Panel>
      </Tabs>
      <HostDialog
        site={site}
        host={search["host"]}
        close={() => {
          set({ host: undefined });
        }}
      />
    </Page>
  );
}

function saysOf(site: string, dashboard: DashboardAnswer | undefined): string {
  if (dashboard === undefined) return site;
  const { total_hosts: hosts, total_services: services, problem_summary: problems } = dashboard;
  return `${plural(hosts, "host")} with ${plural(services, "service")}, ${plural(problems.total, "problem")}`;
}
