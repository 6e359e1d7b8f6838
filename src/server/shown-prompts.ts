import type { Role } from "../access/principal.ts";
import type { Rights } from "../access/rights.ts";
import { type JsonObject, isJsonObject, stringAt } from "../core/json.ts";
import type { Gateway } from "../gateway/gateway.ts";
import {
  type HeldTemplate,
  type TemplateContent,
  type TemplateOrigin,
  type TemplateStatus,
  type VersionHead,
  promptsUpstream,
} from "../prompts/template.ts";
import type { PromptUsage, PromptUses } from "../prompts/uses.ts";
import { versionIn } from "../protocol/definition-meta.ts";

type UsageOf = ReturnType<PromptUses["read"]>;

/** A template as a list shows it. Times are wall time in ms. */
export interface ShownTemplate {
  readonly name: string;
  readonly status: TemplateStatus["kind"];
  /** The number of its last version, and of the one that is offered. */
  readonly version: number;
  readonly published: number | undefined;
  readonly role?: Role;
  readonly origin?: TemplateOrigin;
  readonly createdAt: number;
  readonly changedAt: number;
  /** Who wrote the last version. */
  readonly by: string;
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly category: string | undefined;
  readonly tags: readonly string[];
  readonly uses: PromptUsage;
}

/** One template whole. */
export interface WholeTemplate extends ShownTemplate {
  /** What its last version says. */
  readonly content: TemplateContent;
  /** The latest first. */
  readonly versions: readonly VersionHead[];
}

/** A prompt of an upstream. */
export interface OtherPrompt {
  readonly name: string;
  readonly upstream: string;
  readonly prompt: string;
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly version: string | undefined;
  readonly arguments: readonly { readonly name: string; readonly isRequired: boolean }[];
  readonly uses: PromptUsage;
}

/** What a list shows of a template. */
export function shownTemplate({ template, last, offered }: HeldTemplate, usageOf: UsageOf): ShownTemplate {
  const { status, latest, revision: _, ...rest } = template;
  const { title, description, category, tags } = last.content;
  return {
    ...rest,
    status: status.kind,
    version: latest,
    published: offered?.number,
    by: last.by,
    title,
    description,
    category,
    tags,
    uses: usageOf(promptsUpstream, template.name),
  };
}

/** Everything of a template but what its earlier versions say. */
export function wholeTemplate(held: HeldTemplate, versions: readonly VersionHead[], usageOf: UsageOf): WholeTemplate {
  return {
    ...shownTemplate(held, usageOf),
    content: held.last.content,
    versions,
  };
}

/** The prompts of upstreams, other than ours, that somebody with these rights may use. */
export function otherPrompts(gateway: Gateway, rights: Rights, usageOf: UsageOf): readonly OtherPrompt[] {
  return gateway
    .view({ kind: "all" }, rights)
    .entries("prompts")
    .filter(({ upstream }) => upstream.name !== promptsUpstream)
    .map(({ exposed, upstream, name, definition }) => ({
      name: exposed,
      upstream: upstream.name,
      prompt: name,
      title: stringAt(definition, "title"),
      description: stringAt(definition, "description"),
      version: versionIn(definition),
      arguments: argumentsIn(definition),
      uses: usageOf(upstream.name, name),
    }));
}

/** The names of the arguments that a prompt's definition says. */
export function argumentsIn(
  definition: JsonObject,
): readonly { readonly name: string; readonly isRequired: boolean }[] {
  const args: unknown = definition["arguments"];
  if (!Array.isArray(args)) return [];
  return args.filter(isJsonObject).flatMap((each) => {
    const name = stringAt(each, "name");
    return name === undefined ? [] : [{ name, isRequired: each["required"] === true }];
  });
}
