import { memoryJobs } from "../memory-jobs.ts";
import { memorySchedules } from "./memory-schedules.ts";
import { scheduleStoreContract } from "./schedule-store.contract.ts";

scheduleStoreContract("schedules in memory", () => {
  const jobs = memoryJobs();
  const stores = { jobs, schedules: memorySchedules(jobs) };
  return { ...stores, reopen: () => stores };
});
