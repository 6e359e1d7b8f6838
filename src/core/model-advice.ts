import type { ErrorCode } from "./error-table.ts";

/** What the model that made a call should do, where that is something else than what `errorTable` advises the person: it reads this instead. */
export const modelAdvice: Readonly<Partial<Record<ErrorCode, string>>> = {
  upstream_disabled:
    "Do not repeat the call. Tell the user that this server is disabled; `switchyard status` says why, `switchyard enable NAME` enables it.",
  upstream_isolated:
    "Do not repeat the call now. Tell the user that an operator holds this server back; `switchyard release NAME` lets calls through again.",
  breaker_open:
    "Do not repeat the call before the time that is given. Use something else meanwhile, or tell the user that this server keeps failing.",
  deadline_exceeded:
    "Ask for less at once. Look whether the call took effect before you repeat it; if it always takes this long, tell the user to raise timeoutMs of this server.",
  job_not_found: "Call jobs_list for the ids of your jobs. The oldest that are over are forgotten.",
  job_conflict: "Call jobs_status to see how the job stands. What is over never changes.",
  definition_quarantined:
    "Do not look for a way around it. Tell the user that the server describes this otherwise than when it was approved: `switchyard status` shows what changed, `switchyard approve NAME` approves it.",
};
