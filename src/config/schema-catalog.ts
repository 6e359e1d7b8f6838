import { z } from "zod";
import { searchDefaults, wholeUpstream } from "../gateway/catalog-options.ts";
import type { Path } from "./content.ts";
import { isObject, patternList } from "./schema-parts.ts";

function patterns(description: string, fallback: readonly string[]) {
  return patternList()
    .default([...fallback])
    .meta({ description: `${description} Default ${JSON.stringify(fallback)}.` });
}

function text(description: string) {
  const error = "must be a string that is not empty";
  return z.string({ error }).min(1, { error }).optional().meta({ description });
}

const nameError = 'must be 1 to 128 letters, digits, ".", "_" and "-"';

const entryShape = {
  name: z
    .string({ error: nameError })
    .regex(/^[A-Za-z0-9._-]{1,128}$/, { error: nameError })
    .optional()
    .meta({
      description:
        'What callers know it by, without a prefix. 1 to 128 letters, digits, ".", "_" and "-". Default: its own name.',
    }),
  title: text("What people are shown. Default: its own."),
  description: text("What it does, for the model. Default: its own."),
};

const parameter = z.strictObject(
  {
    value: z
      .unknown()
      .optional()
      .meta({ description: "Sent with every call; the parameter is no longer there for callers. Any JSON value." }),
    default: z
      .unknown()
      .optional()
      .meta({ description: "Sent where a caller leaves it out; the parameter is then optional. Any JSON value." }),
    description: text("What the parameter is for. Default: its own."),
  },
  isObject,
);

const tool = z.strictObject(
  {
    ...entryShape,
    parameters: z
      .record(z.string(), parameter, isObject)
      .optional()
      .meta({ description: "What is changed of its parameters, by name. Default {}." }),
  },
  isObject,
);

const prompt = z.strictObject(entryShape, isObject);

const overrides = z.strictObject(
  {
    tools: z
      .record(z.string(), tool, isObject)
      .prefault({})
      .meta({ description: "What is changed of tools, by their own names. Default {}." }),
    prompts: z
      .record(z.string(), prompt, isObject)
      .prefault({})
      .meta({ description: "What is changed of prompts, by their own names. Default {}." }),
  },
  isObject,
);

const upstream = z.strictObject(
  {
    tools: patterns(
      "Tools to show, by their own names or patterns: * stands for any characters; after ! stands what is hidden all the same; a list of nothing but ! shows everything else.",
      wholeUpstream.tools,
    ),
    prompts: patterns("Prompts to show, likewise.", wholeUpstream.prompts),
    resources: patterns("Resources and templates to show, likewise by their addresses.", wholeUpstream.resources),
    overrides: overrides.prefault({}).meta({ description: "Other names, words and parameters. Default {}." }),
  },
  isObject,
);

const modeError = 'must be "off", "beside" or "instead"';
const mode = z.enum(["off", "beside", "instead"], { error: modeError });

const search = z.strictObject(
  {
    mode: mode.default(searchDefaults.mode).meta({
      description: `Where search_tools stands: off, nowhere; beside, in the list with all tools; instead, in the list instead of them. Default ${searchDefaults.mode}.`,
    }),
    alwaysListed: patterns(
      "Tools that instead leaves in the list, by the names that callers know.",
      searchDefaults.alwaysListed,
    ),
  },
  isObject,
);

/** The key `search`, at the top and in a profile. */
export function searchKey(description: string) {
  return z
    .union([mode, search], { error: `${modeError}, or an object` })
    .default(searchDefaults.mode)
    .meta({ description: `${description} Default ${searchDefaults.mode}.` });
}

const flagError = { error: "must be true or false" };

const profile = z.strictObject(
  {
    upstreams: z
      .record(z.string(), upstream, { error: "must be an object that says of each server what to show" })
      .optional()
      .meta({
        description:
          "Servers to show, by name, each with what to show of it ({} for all). Of two equal names the first server's counts. Default: all servers.",
      }),
    readOnly: z
      .boolean(flagError)
      .default(false)
      .meta({ description: "Whether to show only tools that their server marks as reading only. Default false." }),
    prefix: z.boolean(flagError).optional().meta({
      description:
        "Whether names begin with their server's (files__read_file), except those given here. Default: true, but false where upstreams has one server.",
    }),
    instructions: text("What a model should know before it uses anything. Default: what the servers say."),
    search: searchKey("Whether there is search_tools: off, beside or instead, or an object."),
  },
  isObject,
);

/** The key `profiles`. */
export const profilesKey = z
  .record(z.string(), profile, { error: "must be an object that gives each profile a name" })
  .prefault({})
  .meta({ description: "Named views of what the servers offer, each at /mcp/p/NAME. Default {}." });

/** A valid profile, defaults filled in. */
export type ProfileDraft = z.output<typeof profile>;

/** A valid search, defaults filled in. */
export type SearchDraft = z.output<ReturnType<typeof searchKey>>;

/** The keys that an object below `profiles` or `search` may have; none for one whose keys are free. */
export function knownCatalogKeysAt(path: Path): readonly string[] {
  if (path[0] === "search") return Object.keys(search.shape);
  if (path.length === 2) return Object.keys(profile.shape);
  if (path[2] === "search") return Object.keys(search.shape);
  if (path.length === 4) return Object.keys(upstream.shape);
  if (path.length === 5) return Object.keys(overrides.shape);
  if (path.length === 7) return Object.keys(path[5] === "tools" ? tool.shape : prompt.shape);
  return path.length === 9 ? Object.keys(parameter.shape) : [];
}
