import "../documents/documents.css";
import type { ReactNode } from "react";
import { useAddress } from "../address.ts";
import { DocumentView } from "../documents/document-view.tsx";
import { ListView } from "../documents/list-view.tsx";
import { ReportView } from "../documents/report-view.tsx";
import { StartView } from "../documents/start-view.tsx";
import { Empty, Loaded } from "../parts/loaded.tsx";
import { Page, Panel } from "../parts/page.tsx";
import { Sample } from "../parts/sample.tsx";
import { useStatus } from "../queries.ts";
import { useUpstreamsOf } from "../upstreams-of.ts";

/** The documents of an ERP, under the rights of the visitor's user there: what the connector's tools answer, and nothing else. */
export function DocumentsPage(): ReactNode {
  const status = useStatus();
  const sites = useUpstreamsOf("frappe") ?? [];
  const [{ upstream, doctype, name, report }] = useAddress("/documents");
  const site = sites.find((each) => each === upstream) ?? sites[0];
  if (site === undefined)
    return (
      <Page title="Documents" says="The documents of an ERP: found, changed, submitted.">
        <Panel>
          <Loaded query={status}>{() => <NoSite />}</Loaded>
        </Panel>
      </Page>
    );
  if (report !== undefined) return <ReportView key={`${site} ${report}`} site={site} report={report} />;
  if (doctype === undefined) return <StartView key={site} site={site} sites={sites} />;
  if (name === undefined) return <ListView key={`${site} ${doctype}`} site={site} doctype={doctype} />;
  return <DocumentView key={`${site} ${doctype} ${name}`} site={site} doctype={doctype} name={name} />;
}

function NoSite(): ReactNode {
  return (
    <Empty title="No upstream is a Frappe site">
      Add the connector to `mcpServers` of the configuration, or on the page Upstreams. Without a site of your own,
      `switchyard demo frappe` starts a simulated one.
      <Sample>
        {
          '"erp": {\n  "connector": "frappe",\n  "config": {\n    "url": "https://erp.example.com",\n    "credential": { "key": "${FRAPPE_KEY}", "secret": "${FRAPPE_SECRET}" }\n  }\n}'
        }
      </Sample>
    </Empty>
  );
}
