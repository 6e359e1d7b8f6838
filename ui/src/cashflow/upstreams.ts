import type { UpstreamStatus } from "../answers.ts";
import { useStatus } from "../queries.ts";

/** Whether an upstream is of this server, whatever the configuration calls it: by the name that it gives itself. */
export function isServer({ server }: UpstreamStatus, name: string): boolean {
  return server === name || server?.startsWith(`${name} `) === true;
}

/** The names of the upstreams that are cash-flow models; undefined until it is known. */
export function useModels(): readonly string[] | undefined {
  const { data } = useStatus();
  return data?.upstreams.filter((upstream) => isServer(upstream, "cashflow")).map(({ name }) => name);
}
