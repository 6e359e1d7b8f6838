/** One thing that the specification asks of a gateway. */
export interface Requirement {
  /** What tests cite it by. */
  readonly id: string;
  /** Its section, below https://modelcontextprotocol.io/specification/: revision, page, heading. */
  readonly source: string;
  /** As what the gateway must do it: as server of its downstreams, or as client of its upstreams. */
  readonly side: "server" | "client";
  readonly level: "must" | "should";
  /** In one sentence of our own; with a `deviation`, what is asked for. */
  readonly behaviour: string;
  /** Why the gateway does something else, which the citing tests show. */
  readonly deviation?: string;
}

/** Where the section stands. */
export function urlOf({ source }: Requirement): string {
  return `https://modelcontextprotocol.io/specification/${source.replace("/index#", "#")}`;
}
