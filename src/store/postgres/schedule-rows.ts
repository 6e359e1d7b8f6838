import { type ExpressionBuilder, type Kysely } from "kysely";
import type { Job, Operation } from "../../jobs/job.ts";
import type { ScheduleStore } from "../../jobs/schedules/schedule-store.ts";
import type { Schedule } from "../../jobs/schedules/schedule.ts";
import { operationsIn, scheduleIn } from "../schedule-parsing.ts";
import { realmOf } from "./job-rows.ts";
import type { Tables } from "./tables.ts";

/** Schedules as rows that several gateways share; one of an API key is due for those of its realm alone. `addJob` adds the rows of a job, inside a transaction. */
export function postgresSchedules(
  db: Kysely<Tables>,
  realm: string,
  addJob: (tx: Kysely<Tables>, job: Job, operations: readonly Operation[]) => Promise<void>,
): ScheduleStore {
  return {
    async create(schedule, operations) {
      const { id, owner, revision } = schedule;
      const whose = { owner: owner.id, realm: realmOf(owner, realm) };
      const row = { ...columnsOf(schedule), id, ...whose, revision, operations: JSON.stringify(operations) };
      await db.insertInto("schedules").values(row).execute();
    },
    save: (schedule) => isChanged(db, schedule),
    begin: (schedule, job, operations) =>
      db.transaction().execute(async (tx) => {
        if (!(await isChanged(tx, schedule))) return false;
        await addJob(tx, job, operations);
        return true;
      }),
    async remove(id) {
      await db.deleteFrom("schedules").where("id", "=", id).execute();
    },
    ...reading(db, realm),
  };
}

function columnsOf(schedule: Schedule) {
  const { state, nextAt, waiting } = schedule;
  return {
    status: state.kind,
    next_at: nextAt ?? null,
    is_waiting: waiting.length > 0,
    detail: JSON.stringify(schedule),
  };
}

async function isChanged(db: Kysely<Tables>, schedule: Schedule): Promise<boolean> {
  const { id, revision } = schedule;
  const { numUpdatedRows } = await db
    .updateTable("schedules")
    .set({ ...columnsOf(schedule), revision: revision + 1 })
    .where("id", "=", id)
    .where("revision", "=", revision)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

type Reading = Omit<ScheduleStore, "create" | "save" | "begin" | "remove">;

function reading(db: Kysely<Tables>, realm: string): Reading {
  const all = db.selectFrom("schedules").select(["detail", "revision"]);
  return {
    schedule: async (id) => found(await all.where("id", "=", id).execute())[0],
    async operations(id) {
      const row = await db.selectFrom("schedules").select("operations").where("id", "=", id).executeTakeFirst();
      return operationsIn(row?.operations);
    },
    async schedules({ owner, max }) {
      const latest = all.orderBy("id", "desc").limit(max);
      return found(await (owner === undefined ? latest : latest.where("owner", "=", owner)).execute());
    },
    async due(now) {
      const active = all.where("status", "=", "active").where(isOurs(realm));
      return found(
        await active.where((row) => row.or([row("next_at", "<=", now), row("is_waiting", "=", true)])).execute(),
      );
    },
    async next() {
      const first = db.selectFrom("schedules").select(({ fn }) => fn.min("next_at").as("at"));
      return (await first.where("status", "=", "active").where(isOurs(realm)).executeTakeFirst())?.at ?? undefined;
    },
    async count(owner) {
      const counted = db.selectFrom("schedules").select(({ fn }) => fn.countAll().as("count"));
      const [whole, own] = await Promise.all([
        counted.executeTakeFirstOrThrow(),
        counted.where("owner", "=", owner).executeTakeFirstOrThrow(),
      ]);
      return { all: Number(whole.count), own: Number(own.count) };
    },
  };
}

function found(rows: readonly Pick<Tables["schedules"], "detail" | "revision">[]): Schedule[] {
  return rows.flatMap((row) => scheduleIn(row) ?? []);
}

function isOurs(realm: string) {
  return (row: ExpressionBuilder<Tables, "schedules">) => row.or([row("realm", "is", null), row("realm", "=", realm)]);
}
