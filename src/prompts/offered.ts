import { GatewayError } from "../core/errors.ts";
import { type Connector, type Offer, type Prompt, ToolFailure } from "../connector/connector.ts";
import { serveConnector } from "../connector/serve-connector.ts";
import { roleKey, versionKey } from "../protocol/definition-meta.ts";
import { type UpstreamOptions, upstreamDefaults } from "../upstream/options.ts";
import type { Prompts } from "./prompts.ts";
import { type RenderedMessage, rendered } from "./render.ts";
import {
  type HeldTemplate,
  type TemplateArgument,
  type TemplateContent,
  type TemplateVersion,
  promptsUpstream,
} from "./template.ts";

/** The templates that are published, as an upstream: so they have the names, lists, grants, limits, counts and record of any other's. */
export function offeredPrompts(prompts: Prompts): UpstreamOptions {
  return {
    name: promptsUpstream,
    target: { kind: "channel", open: () => serveConnector(connectorOf(prompts), {}) },
    timeoutMs: upstreamDefaults.timeoutMs,
    startTimeoutMs: upstreamDefaults.startTimeoutMs,
  };
}

function connectorOf(prompts: Prompts): Connector {
  return {
    name: promptsUpstream,
    title: "Prompt templates",
    version: "1",
    instructions: undefined,
    configSchema: {},
    setup: (_config, { offer, signal }) => {
      const stop = prompts.onChange(() => {
        offer(offerOf(prompts));
      });
      signal.addEventListener("abort", stop);
      return Promise.resolve(offerOf(prompts));
    },
  };
}

function offerOf(prompts: Prompts): Offer {
  return {
    prompts: prompts.list().flatMap((held) => (held.offered === undefined ? [] : [promptOf(held, held.offered)])),
  };
}

function promptOf({ template: { name, role } }: HeldTemplate, { number, content }: TemplateVersion): Prompt {
  const { title, description, arguments: args } = content;
  return {
    name,
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    arguments: args.map(shownArgument),
    _meta: { [versionKey]: String(number), ...(role !== undefined && { [roleKey]: role }) },
    text: (given) =>
      messagesOf(content, given)
        .map((message) => message.content.text)
        .join("\n\n"),
    messages: (given) => messagesOf(content, given),
  };
}

function messagesOf(content: TemplateContent, given: Readonly<Record<string, string>>): readonly RenderedMessage[] {
  try {
    return rendered(content, given);
  } catch (thrown) {
    // What is wrong with the arguments is their caller's to mend.
    if (thrown instanceof GatewayError) throw new ToolFailure(thrown.message, { cause: thrown });
    throw thrown;
  }
}

function shownArgument({ name, description, required, default: fallback, choices }: TemplateArgument): {
  readonly name: string;
  readonly description?: string;
  readonly required: boolean;
} {
  const said = [
    description,
    choices === undefined ? undefined : `One of: ${choices.join(", ")}.`,
    fallback === undefined ? undefined : `Default: ${fallback}.`,
  ].filter((part) => part !== undefined);
  return {
    name,
    ...(said.length > 0 && { description: said.join(" ") }),
    required: required && fallback === undefined,
  };
}
