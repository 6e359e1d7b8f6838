import type { Prompt } from "switchyard/connector";
import { templates } from "./templates.ts";
import { filled } from "./template.ts";

/** What people ask of an ERP again and again. */
export const prompts: readonly Prompt[] = templates.map(
  ({ name, version, title, description, arguments: args, text }) => ({
    name,
    title,
    description: `${description} (version ${version})`,
    _meta: { "switchyard/version": String(version) },
    arguments: args.map(({ name: argument, description: what, default: fallback }) => ({
      name: argument,
      description: fallback === undefined ? what : `${what} Default: ${fallback}.`,
      required: fallback === undefined,
    })),
    text: (given) => filled(text, args, given),
  }),
);
