import { customChecks } from "./custom-checks.ts";
import { database } from "./database.ts";
import type { ParameterHandler } from "./handler.ts";
import { networkServices } from "./network-services.ts";
import { temperature } from "./temperature.ts";

/** All handlers, those that go first at the beginning. */
export const parameterHandlers: readonly ParameterHandler[] = [
  temperature,
  database,
  networkServices,
  customChecks,
].toSorted((one, other) => other.priority - one.priority);

/** At most so many are told of one service. */
const mostHandlers = 3;

/** The handlers that know a service, by its name or its ruleset; the first is the one that is asked. */
export function handlersOf(service: string, ruleset?: string): readonly ParameterHandler[] {
  return parameterHandlers.filter(({ handles }) => handles(service, ruleset)).slice(0, mostHandlers);
}
