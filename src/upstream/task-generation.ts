import { announcesToolTasks, declaresTasks } from "../protocol/tasks.ts";
import type { Handshake } from "./handshake.ts";

/** Which of the two kinds of tasks an upstream has: the experimental ones of 2025-11-25, or the extension of 2026-07-28. */
export type TaskGeneration = "none" | "legacy" | "modern";

/** Which tasks calls of its tools may become, as both sides agreed. */
export function tasksOf({ codec, capabilities }: Handshake): TaskGeneration {
  if (codec.era === "modern") return declaresTasks(capabilities) ? "modern" : "none";
  return codec.requests.has("tasks/result") && announcesToolTasks(capabilities) ? "legacy" : "none";
}
