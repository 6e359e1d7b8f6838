import { jobStoreContract } from "./job-store.contract.ts";
import { memoryJobs } from "./memory-jobs.ts";

jobStoreContract("jobs in memory", () => {
  const store = memoryJobs();
  return { store, reopen: () => store };
});
