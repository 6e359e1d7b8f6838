import type { Role } from "../access/principal.ts";

/** What the gateway's own prompts are the prompts of: the part before `__` in their names, and what grants and profiles call it. */
export const promptsUpstream = "prompts";

/** Characters that the content of one version may have as JSON: a text to read, and not a store of files. */
export const maxContentLength = 64 * 1024;
/** Templates that there may be: each is held in memory with what is offered of it. */
export const maxTemplates = 500;
/** Versions that are kept of one template; the oldest that is not offered makes room. */
export const maxVersions = 200;

/** Something that whoever uses a prompt fills in. Values are texts, as MCP has them. */
export interface TemplateArgument {
  /** Letters, digits and `_`. */
  readonly name: string;
  readonly description?: string;
  /** What stands where nothing is given. With one, nothing need be given. */
  readonly default?: string;
  /** Whether it must be given. */
  readonly required: boolean;
  /** The only values that it may have. */
  readonly choices?: readonly string[];
}

/** One message of a prompt: who says it, and a text with places for arguments, as `render.ts` says. */
export interface TemplateMessage {
  readonly role: "user" | "assistant";
  readonly text: string;
}

/** What a version says. */
export interface TemplateContent {
  readonly title?: string;
  readonly description?: string;
  /** Where lists put it. */
  readonly category?: string;
  readonly tags: readonly string[];
  readonly arguments: readonly TemplateArgument[];
  readonly messages: readonly TemplateMessage[];
}

/** One state of a template. Never changes: what is saved is another. */
export interface TemplateVersion {
  /** From 1. */
  readonly number: number;
  readonly content: TemplateContent;
  /** Wall time in ms. */
  readonly at: number;
  /** Id of who wrote it. */
  readonly by: string;
  /** What it is for, in their words. */
  readonly note?: string;
}

/** Of a version all but what it says, which may be long. */
export type VersionHead = Omit<TemplateVersion, "content">;

/**
 * Whether a template is offered.
 *
 * - `draft`: nobody but its authors sees it. Where a template begins, and what an archived one becomes when it is saved again.
 * - `published`: this version of it is offered; later ones are drafts until they are published in turn.
 * - `archived`: no longer offered, and kept.
 */
export type TemplateStatus =
  | { readonly kind: "draft" }
  | { readonly kind: "published"; readonly version: number }
  | { readonly kind: "archived" };

/** The prompt of an upstream that a template was copied from. */
export interface TemplateOrigin {
  readonly upstream: string;
  readonly prompt: string;
  /** Which version of it, where it says one. */
  readonly version?: string;
  /** Wall time in ms. */
  readonly at: number;
}

/** A prompt that is written here, apart from what its versions say. */
export interface Template {
  /** Unique. Stays what it is. */
  readonly name: string;
  readonly status: TemplateStatus;
  /** The number of its last version. */
  readonly latest: number;
  /** Counts its changes, of which a new version is one. From 1. */
  readonly revision: number;
  /** From which role on it may be used; undefined: from any that may use the gateway's prompts at all. */
  readonly role?: Role;
  readonly origin?: TemplateOrigin;
  /** Wall times in ms. */
  readonly createdAt: number;
  readonly changedAt: number;
}

/** A template with what its last version says, and the one that is offered. */
export interface HeldTemplate {
  readonly template: Template;
  readonly last: TemplateVersion;
  /** Undefined where none is. */
  readonly offered: TemplateVersion | undefined;
}

/** Whether a text can be the name of a template: 1 to 64 letters, digits, `_`, `-` and `.`. */
export function isTemplateName(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(text);
}
