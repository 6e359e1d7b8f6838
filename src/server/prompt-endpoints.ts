import type { ApiDeps } from "./api-deps.ts";
import { type Endpoint, bodyOf } from "./endpoint.ts";
import {
  answerPrompt,
  answerPromptVersion,
  answerPrompts,
  operatePrompt,
  previewPrompt,
  removePrompt,
  savePrompt,
} from "./prompts-api.ts";

type Row = Endpoint<ApiDeps>;

const text = { type: "string" } as const;
const version = { type: "integer", minimum: 1 } as const;
const texts = { type: "object", additionalProperties: text };

const content = {
  type: "object",
  description: "What a version says; docs/prompts.md.",
  required: ["messages"],
  properties: {
    title: text,
    description: text,
    category: text,
    tags: { type: "array", items: text },
    arguments: { type: "array", items: { type: "object", required: ["name"] } },
    messages: { type: "array", items: bodyOf({ role: { enum: ["user", "assistant"] }, text }, ["role", "text"]) },
  },
};

/** What can be done to a template: what it says of it, and what the body may have. */
const operations = {
  publish: { says: "Offers a version of a template, the last where none is said.", body: bodyOf({ version }) },
  archive: { says: "Offers a template no longer, and keeps it.", body: bodyOf({}) },
  restore: { says: "Saves what an earlier version says as the last.", body: bodyOf({ version }, ["version"]) },
  role: {
    says: "Says from which role on a template may be used; without one, from any.",
    body: bodyOf({ role: text }),
  },
  copy: {
    says: "Makes a template of a server's prompt, which is asked for with a place for each argument that is not given.",
    body: bodyOf({ prompt: text, arguments: texts }, ["prompt"]),
  },
};

const operationRows: readonly Row[] = Object.entries(operations).map(([operation, { says, body }]) => ({
  method: "POST",
  path: `/api/prompts/{name}/${operation}`,
  action: "write_prompts",
  says,
  body,
  serve: operatePrompt,
}));

/** What there is of prompt templates. */
export const promptRows: readonly Row[] = [
  {
    method: "GET",
    path: "/api/prompts",
    action: "write_prompts",
    says: "The prompt templates, and the prompts of servers, with how often each was used.",
    serve: answerPrompts,
  },
  {
    method: "GET",
    path: "/api/prompts/{name}",
    action: "write_prompts",
    says: "One template: what its last version says, and which there are.",
    serve: answerPrompt,
  },
  {
    method: "PUT",
    path: "/api/prompts/{name}",
    action: "write_prompts",
    says: "Saves a version of a template, which begins with its first; with `publish` it is offered at once, with `role` from that role on, null for any.",
    body: bodyOf(
      {
        content,
        note: text,
        seen: { type: "integer", minimum: 0 },
        publish: { type: "boolean" },
        role: { type: ["string", "null"] },
      },
      ["content"],
    ),
    serve: savePrompt,
  },
  {
    method: "DELETE",
    path: "/api/prompts/{name}",
    action: "write_prompts",
    says: "Forgets a template with its versions.",
    body: bodyOf({}),
    serve: removePrompt,
  },
  {
    method: "GET",
    path: "/api/prompts/{name}/versions/{version}",
    action: "write_prompts",
    says: "One version of a template.",
    serve: answerPromptVersion,
  },
  ...operationRows,
  {
    method: "POST",
    path: "/api/prompt-preview",
    action: "write_prompts",
    says: "The messages that a content comes to with these arguments; nothing is kept.",
    body: bodyOf({ content, arguments: texts }, ["content"]),
    serve: previewPrompt,
  },
];
