import { homedir } from "node:os";
import type { Machine } from "../clients/places.ts";
import type { Context } from "./context.ts";

/** The machine that this command runs on. */
export function thisMachine({ env, cwd }: Context): Machine {
  return { platform: process.platform, env, home: env["HOME"] ?? env["USERPROFILE"] ?? homedir(), cwd };
}
