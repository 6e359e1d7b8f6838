import type { Principal } from "../access/principal.ts";
import type { StoredPrincipal } from "../access/stored-principal.ts";
import { GatewayError, toGatewayError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { JobStore } from "./job-store.ts";
import type { Job, Operation } from "./job.ts";
import { type Ending, endingOfError, perform } from "./perform.ts";
import { resolved } from "./reference.ts";

/** What an attempt is made with. */
export interface AttemptDeps {
  readonly gateway: Gateway;
  readonly store: JobStore;
  /** Who an owner is now; undefined where nobody can act for it any more. */
  readonly revive: (owner: StoredPrincipal) => Principal | undefined;
}

/** Makes one attempt at an operation, within the time that its job gives it. Never rejects. `controller` ends it early, with the reason. */
export async function attempt(
  deps: AttemptDeps,
  job: Job,
  operation: Operation,
  controller: AbortController,
): Promise<Ending> {
  const { timeoutMs } = job.rules;
  if (timeoutMs === undefined) return made(deps, job, operation, controller);
  const stop = deps.gateway.deps.clock.after(timeoutMs, () => {
    controller.abort(new GatewayError("deadline_exceeded", `The operation took longer than ${timeoutMs} ms`));
  });
  const ending = await made(deps, job, operation, controller);
  stop();
  return ending;
}

async function made(
  { gateway, store, revive }: AttemptDeps,
  job: Job,
  operation: Operation,
  controller: AbortController,
): Promise<Ending> {
  try {
    const principal = revive(job.owner);
    if (principal === undefined)
      throw new GatewayError("unauthenticated", "The owner of the job may not come in any more");
    const given = operation.needs.length === 0 ? operation.arguments : await argumentsOf(store, job, operation);
    const entrance = job.schedule === undefined ? "job" : "schedule";
    return await perform(gateway, operation, given, { principal, entrance }, controller);
  } catch (thrown) {
    return endingOfError(toGatewayError(thrown), true);
  }
}

async function argumentsOf(store: JobStore, job: Job, operation: Operation): Promise<JsonObject> {
  const results = new Map<string, unknown>();
  for (const number of operation.needs) {
    const row = await store.operation(job.id, number);
    if (row !== undefined) results.set(row.operation.id, JSON.parse(row.answer ?? "null"));
  }
  return resolved(operation.arguments, (id) => results.get(id));
}
