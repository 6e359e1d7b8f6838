import type { ReactNode } from "react";
import { GoTo } from "../parts/go-to.tsx";

/** A link to a document. */
export function DocumentLink(given: {
  readonly site: string;
  readonly doctype: string;
  readonly name: string;
  readonly children?: ReactNode;
}): ReactNode {
  const { site, doctype, name, children = name } = given;
  return (
    <GoTo to="/documents" search={{ upstream: site, doctype, name }} size="sm" style={{ overflowWrap: "anywhere" }}>
      {children}
    </GoTo>
  );
}

/** A link to a list of documents, as an address says what is shown of it. */
export function ListLink(given: {
  readonly site: string;
  readonly doctype: string;
  readonly more?: Readonly<Record<string, string | undefined>>;
  readonly children?: ReactNode;
}): ReactNode {
  const { site, doctype, more = {}, children = doctype } = given;
  return (
    <GoTo to="/documents" search={{ upstream: site, doctype, ...more }} size="sm">
      {children}
    </GoTo>
  );
}

/** A link to a report. */
export function ReportLink({ site, report }: { readonly site: string; readonly report: string }): ReactNode {
  return (
    <GoTo to="/documents" search={{ upstream: site, report }} size="sm">
      {report}
    </GoTo>
  );
}

/** Where one is, and the way back: to the start, and to the list of a document. */
export function Trail({ site, doctype }: { readonly site: string; readonly doctype?: string }): ReactNode {
  return (
    <nav aria-label="Where this is">
      <GoTo to="/documents" search={{ upstream: site }} size="sm">
        {site}
      </GoTo>
      {doctype !== undefined && (
        <>
          {" / "}
          <ListLink site={site} doctype={doctype} />
        </>
      )}
    </nav>
  );
}
