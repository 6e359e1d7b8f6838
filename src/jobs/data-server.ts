/** The server that has sources and reports: the connector `data`, under this name. See `docs/queries.md`. */
export const dataServer = "data";

/** Operations that ask it, and the tools that they are calls of. */
export const dataTools = {
  query: `${dataServer}__query`,
  analysis: `${dataServer}__analyze`,
  report: `${dataServer}__report`,
} as const satisfies Record<string, string>;

/** Its tool that says of statements whether they would be run. */
export const checkingTool = `${dataServer}__check`;
