import type { JsonObject } from "../core/json.ts";
import { count, flag, list, members, moment, oneOf, text } from "./answer-parts.ts";

const uses = members(
  {
    total: count,
    versions: list(members({ version: text, count })),
    days: list(members({ day: text, count })),
  },
  { lastAt: moment },
);

const content = members(
  {
    tags: list(text),
    arguments: list(members({ name: text, required: flag }, { description: text, default: text, choices: list(text) })),
    messages: list(members({ role: oneOf("user", "assistant"), text })),
  },
  { title: text, description: text, category: text },
);

const version = { number: count, at: moment, by: text };

const templateMembers = {
  name: text,
  status: oneOf("draft", "published", "archived"),
  version: count,
  createdAt: moment,
  changedAt: moment,
  by: text,
  tags: list(text),
  uses,
};

const templateMore = {
  published: count,
  role: oneOf("admin", "operator", "user", "viewer"),
  origin: members({ upstream: text, prompt: text, at: moment }, { version: text }),
  title: text,
  description: text,
  category: text,
};

const whole = members({ ...templateMembers, content, versions: list(members(version, { note: text })) }, templateMore);

const other = members(
  { name: text, upstream: text, prompt: text, arguments: list(members({ name: text, isRequired: flag })), uses },
  { title: text, description: text, version: text },
);

/** What is answered about prompts, by method and address. */
export const promptAnswers: Readonly<Record<string, JsonObject>> = {
  "GET /api/prompts": members(
    { templates: list(members(templateMembers, templateMore)), others: list(other) },
    { problem: text },
  ),
  "GET /api/prompts/{name}": whole,
  "PUT /api/prompts/{name}": whole,
  "DELETE /api/prompts/{name}": members({ removed: text }),
  "GET /api/prompts/{name}/versions/{version}": members({ ...version, content }, { note: text }),
  "POST /api/prompts/{name}/publish": whole,
  "POST /api/prompts/{name}/archive": whole,
  "POST /api/prompts/{name}/restore": whole,
  "POST /api/prompts/{name}/role": whole,
  "POST /api/prompts/{name}/copy": whole,
  "POST /api/prompt-preview": members({
    messages: list(members({ role: text, content: members({ type: text, text }) })),
  }),
};
