import type { TemplateContent } from "../answers.ts";

/** An argument as it is being written. `key` tells it from others while its name changes. */
export interface DraftArgument {
  readonly key: number;
  readonly name: string;
  readonly description: string;
  readonly fallback: string;
  readonly choices: readonly string[];
  readonly isRequired: boolean;
}

export interface DraftMessage {
  readonly key: number;
  readonly role: "user" | "assistant";
  readonly text: string;
}

/** A template's content as it is being written. */
export interface Draft {
  readonly title: string;
  readonly description: string;
  readonly category: string;
  readonly tags: readonly string[];
  readonly arguments: readonly DraftArgument[];
  readonly messages: readonly DraftMessage[];
}

let lastKey = 0;

/** A key that no other row has. */
export function newKey(): number {
  lastKey += 1;
  return lastKey;
}

/** What a template that is new begins with. */
export function emptyDraft(): Draft {
  const messages = [{ key: newKey(), role: "user", text: "" }] as const;
  return { title: "", description: "", category: "", tags: [], arguments: [], messages };
}

/** A version, to be changed. */
export function draftOf({ title = "", description = "", category = "", ...content }: TemplateContent): Draft {
  return {
    title,
    description,
    category,
    tags: content.tags,
    arguments: content.arguments.map((each) => ({
      key: newKey(),
      name: each.name,
      description: each.description ?? "",
      fallback: each.default ?? "",
      choices: each.choices ?? [],
      isRequired: each.required,
    })),
    messages: content.messages.map((message) => ({ key: newKey(), ...message })),
  };
}

/** What is sent: as the gateway reads it, which leaves out what is empty. */
export function contentOf(draft: Draft): TemplateContent {
  return {
    ...draft,
    arguments: draft.arguments.map(({ name, description, fallback, choices, isRequired }) => ({
      name,
      description,
      ...(fallback !== "" && { default: fallback }),
      required: isRequired,
      ...(choices.length > 0 && { choices }),
    })),
    messages: draft.messages.map(({ role, text }) => ({ role, text })),
  };
}

/** A content as lines of text, to compare it with another. */
export function linesOf({ title, description, category, tags, arguments: args, messages }: TemplateContent): string[] {
  return [
    `title: ${title ?? ""}`,
    `description: ${description ?? ""}`,
    `category: ${category ?? ""}`,
    `tags: ${tags.join(", ")}`,
    ...args.map((each) => {
      const more = [
        each.required ? "required" : "",
        each.default && `default ${each.default}`,
        each.choices?.join(" | "),
      ];
      return `argument ${each.name}: ${[each.description, ...more].filter(Boolean).join("; ")}`;
    }),
    ...messages.flatMap(({ role, text }) => [`${role}:`, ...text.split("\n")]),
  ];
}
