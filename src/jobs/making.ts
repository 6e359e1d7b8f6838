import type { Principal } from "../access/principal.ts";
import { storedPrincipal } from "../access/stored-principal.ts";
import { GatewayError } from "../core/errors.ts";
import type { AttemptDeps } from "./attempt.ts";
import { type EachWish, type Source, unread } from "./each.ts";
import { type GivenOperation, wrongLine } from "./given-operation.ts";
import type { JobRules } from "./job-options.ts";
import type { Job, Operation } from "./job.ts";
import { KnownTools } from "./known-tools.ts";
import { ordered } from "./ordered.ts";
import type { PreparedJob } from "./prepared-job.ts";
import type { JobContent } from "./read-operations.ts";
import { readPage } from "./read-page.ts";
import type { NumberedPage } from "./reading.ts";
import { checkStatements } from "./statements.ts";

/** Jobs that are not over, of all owners together. */
const maxOpen = 1000;

/** What of a new job is not as usual. */
export type Origin = Partial<Pick<Job, "retryOf" | "schedule" | "state" | "isTried" | "source">>;

/** What jobs are made with. */
export interface MakingDeps extends AttemptDeps {
  /** Ids that are unique, later ones sorting later. */
  readonly newId: () => string;
}

/** Makes jobs that may be kept, of what was looked over. Keeps nothing. */
export class Making {
  readonly #deps: MakingDeps;
  readonly #tools: KnownTools;

  constructor(deps: MakingDeps) {
    this.#deps = deps;
    this.#tools = new KnownTools(deps.gateway);
  }

  /**
   * A job of these operations.
   *
   * @throws {GatewayError} `invalid_operations` — operations need what is not there, or each other; `unknown_tool` — a tool is not there for this
   *   principal; `invalid_arguments`; `too_many_jobs`; `store_unavailable`.
   */
  async ofOperations(
    principal: Principal,
    given: readonly GivenOperation[],
    rules: JobRules,
    origin: Origin = {},
  ): Promise<PreparedJob> {
    const operations = await this.#tools.checked(principal, ordered(given));
    await checkStatements(this.#deps.gateway, principal, given);
    return this.#of(principal, operations, rules, origin);
  }

  /**
   * A job of operations of an earlier one that were made of rows. As there, what is wrong with the arguments of one is its own failure: the others
   * are made all the same.
   *
   * @throws {GatewayError} what {@link ofOperations} throws, but for `invalid_arguments`.
   */
  async ofRowsAgain(
    principal: Principal,
    given: readonly GivenOperation[],
    rules: JobRules,
    origin: Origin,
  ): Promise<PreparedJob> {
    return this.#of(principal, await this.#tools.further(principal, ordered(given), 0), rules, origin);
  }

  async #of(
    principal: Principal,
    operations: readonly Operation[],
    rules: JobRules,
    origin: Origin,
  ): Promise<PreparedJob> {
    const { store, gateway, newId } = this.#deps;
    if ((await store.open()) >= maxOpen) {
      throw new GatewayError("too_many_jobs", `${maxOpen} jobs are not over yet, which is the most`);
    }
    const job: Job = {
      id: newId(),
      owner: storedPrincipal(principal),
      rules,
      state: { kind: "queued" },
      total: operations.length,
      succeeded: 0,
      failed: 0,
      createdAt: gateway.deps.clock.now(),
      startedAt: undefined,
      endedAt: undefined,
      retryOf: undefined,
      schedule: undefined,
      isTried: false,
      source: undefined,
      ...origin,
    };
    return { job, operations };
  }

  /**
   * A job of what a tool answers page by page, with the operations of the first page, which is read.
   *
   * @throws {GatewayError} what {@link ofOperations} and {@link readPage} throw; `invalid_operations` — the tool may change something, or has no rows.
   */
  async ofPages(principal: Principal, wish: EachWish, rules: JobRules, origin: Origin = {}): Promise<PreparedJob> {
    const { given, source } = await this.#firstPage(principal, wish);
    if (given.length === 0 && source.isRead) throw wrongLine(1, 1, `${wish.tool} has no rows there`);
    return this.ofOperations(principal, given, rules, { ...origin, source });
  }

  /**
   * The job of one time of a schedule. Of a tool's pages it has read none: the job does so itself, so that a tool that takes long, or is away for
   * some minutes, holds up no other schedule. It may turn out that there is nothing to do.
   *
   * @throws {GatewayError} what {@link ofOperations} throws; `invalid_operations` — the tool may change something.
   */
  async ofTime(
    principal: Principal,
    content: JobContent,
    rules: JobRules,
    schedule: { readonly id: string; readonly dueAt: number },
  ): Promise<PreparedJob> {
    if (content.kind === "operations") {
      return this.ofOperations(principal, atTime(content.operations, schedule.dueAt), rules, { schedule });
    }
    await this.#tools.checkReads(principal, content.wish.tool);
    return this.ofOperations(principal, [], rules, { schedule, source: unread(content.wish, schedule.dueAt) });
  }

  /**
   * Says nothing where a job may be made of this now; of a tool's pages the first is read, and may have no rows.
   *
   * @throws {GatewayError} what {@link ofOperations} and {@link ofPages} throw.
   */
  async check(principal: Principal, content: JobContent, rules: JobRules): Promise<void> {
    const given =
      content.kind === "operations" ? content.operations : (await this.#firstPage(principal, content.wish)).given;
    await this.ofOperations(principal, given, rules);
  }

  async #firstPage(principal: Principal, wish: EachWish): Promise<Awaited<ReturnType<typeof readPage>>> {
    await this.#tools.checkReads(principal, wish.tool);
    const caller = { principal, entrance: "job" } as const;
    return readPage(this.#deps.gateway, unread(wish), 0, caller, new AbortController());
  }

  /**
   * The next page of a job that is carried out, read as its owner.
   *
   * @throws {GatewayError} what {@link readPage} throws; `unauthenticated`; `invalid_operations` — the tool may change something by now.
   */
  async nextPage(job: Job, source: Source, controller: AbortController): Promise<NumberedPage> {
    const { gateway, revive } = this.#deps;
    const principal = revive(job.owner);
    if (principal === undefined)
      throw new GatewayError("unauthenticated", "The owner of the job may not come in any more");
    await this.#tools.checkReads(principal, source.wish.tool);
    const entrance = job.schedule === undefined ? "job" : "schedule";
    const page = await readPage(gateway, source, job.total, { principal, entrance }, controller);
    const given = source.dueAt === undefined ? page.given : atTime(page.given, source.dueAt);
    return { operations: await this.#tools.further(principal, given, job.total), source: page.source };
  }
}

/** To a server, the same operation at another time is another call. */
function atTime(given: readonly GivenOperation[], dueAt: number): readonly GivenOperation[] {
  const time = new Date(dueAt).toISOString();
  return given.map((each) =>
    each.idempotencyKey === undefined ? each : { ...each, idempotencyKey: `${each.idempotencyKey}@${time}` },
  );
}
