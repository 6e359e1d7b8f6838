import type { UpstreamStatus } from "./answers.ts";
import { useStatus } from "./queries.ts";

/** Whether an upstream is of this server, whatever the configuration calls it: by the name that it gives itself. */
export function isServer({ server }: UpstreamStatus, name: string): boolean {
  return server === name || server?.startsWith(`${name} `) === true;
}

/** The names of the upstreams that are of this server; undefined until it is known. */
export function useUpstreamsOf(server: string): readonly string[] | undefined {
  const { data } = useStatus();
  return data?.upstreams.filter((upstream) => isServer(upstream, server)).map(({ name }) => name);
}
