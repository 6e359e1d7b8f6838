import { jobOptionNames } from "../jobs/job-options.ts";
import { wishNames } from "../jobs/schedules/schedule-wish.ts";
import { scheduleActions } from "../jobs/schedules/schedules.ts";
import type { ApiDeps } from "./api-deps.ts";
import { type Endpoint, type Exchange, bodyOf } from "./endpoint.ts";
import { answerJobs } from "./jobs-api.ts";
import { answerSchedules } from "./schedules-api.ts";

type Row = Endpoint<ApiDeps>;
type Served = Exchange<ApiDeps>;

function jobs({ request, response, path, deps, visitor }: Served): void {
  answerJobs(request, response, path, deps, visitor);
}

const howOften: Readonly<Record<string, string>> = {
  ...Object.fromEntries(jobOptionNames.map((name) => [name, "An option; docs/jobs.md."])),
  template: "One operation as JSON, with `{{column}}`: for CSV, and with `from`.",
};

const operationTypes = ["application/json", "application/x-ndjson", "text/csv"];

/** What there is of jobs, and of batches, which are jobs that begin when they are told to. */
export function jobRowsAt(base: "/api/jobs" | "/api/batches", thing: "job" | "batch", things: string): readonly Row[] {
  const actions = ["pause", "resume", "cancel", "retry", ...(thing === "batch" ? ["execute"] : [])];
  return [
    {
      method: "GET",
      path: base,
      says: `Your ${things}, the latest first.`,
      query: { all: "`true`: everybody's, for operators.", limit: "How many." },
      serve: jobs,
    },
    {
      method: "POST",
      path: base,
      says: `Makes a ${thing} of the operations in the body; docs/jobs.md says how they look.`,
      query: { ...howOften, from: "A job of whose results the operations are made." },
      bodyTypes: operationTypes,
      status: 202,
      serve: jobs,
    },
    { method: "GET", path: `${base}/{id}`, says: `How a ${thing} stands.`, serve: jobs },
    {
      method: "GET",
      path: `${base}/{id}/results`,
      says: "What became of its operations, a line each.",
      query: { status: "`failed`: only of those.", format: "`csv`: as a table. Default `jsonl`." },
      answers: "application/x-ndjson",
      serve: jobs,
    },
    ...actions.map((action): Row => ({
      method: "POST",
      path: `${base}/{id}/${action}`,
      says:
        action === "retry" ? "Makes a job of another's operations that failed." : `Does to a ${thing} what it says.`,
      body: bodyOf({}),
      status: action === "retry" ? 202 : 200,
      serve: jobs,
    })),
  ];
}

function schedules({ request, response, path, deps, visitor }: Served): void {
  answerSchedules(request, response, path, deps, visitor);
}

/** What there is of schedules. */
export const scheduleRows: readonly Row[] = [
  {
    method: "GET",
    path: "/api/schedules",
    says: "Your schedules.",
    query: { all: "`true`: everybody's, for operators." },
    serve: schedules,
  },
  {
    method: "POST",
    path: "/api/schedules",
    says: "Makes a schedule of the operations in the body, which come as those of a job; docs/jobs.md.",
    query: {
      ...Object.fromEntries(wishNames.map((name) => [name, "When and how; docs/jobs.md."])),
      ...howOften,
      preview: "`true`: only shows it.",
    },
    bodyTypes: operationTypes,
    status: 201,
    serve: schedules,
  },
  { method: "GET", path: "/api/schedules/{id}", says: "A schedule with the times that come next.", serve: schedules },
  { method: "DELETE", path: "/api/schedules/{id}", says: "Forgets a schedule.", serve: schedules },
  ...scheduleActions.map((action): Row => ({
    method: "POST",
    path: `/api/schedules/{id}/${action}`,
    says: action === "run" ? "Makes its job now." : "Does to a schedule what it says.",
    body: bodyOf({}),
    serve: schedules,
  })),
];
