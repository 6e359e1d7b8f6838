import { createHash } from "node:crypto";
import type { Ajv, Options } from "ajv";
import { canonicalJson } from "../core/canonical.ts";
import type { JsonObject } from "../core/json.ts";
import { complaint } from "./complaint.ts";
import { formats } from "./formats.ts";
import { safePattern } from "./safe-pattern.ts";
import { tooMuch } from "./schema-extent.ts";

/** What is wrong with some arguments, in one sentence without their values; undefined where nothing is. */
export type ArgumentCheck = (given: unknown) => string | undefined;

/** Told, once for each schema, what of it is not checked, and why. */
export type OnUnchecked = (reason: string) => void;

/** Schemas that are remembered; the one that was made first makes room. */
const maxSchemas = 2000;

/**
 * Turns the input schemas of tools into checks, each when it is first needed. Equal schemas share one, and a schema that is looked up again
 * as the same object costs one look in a `WeakMap`.
 *
 * Schemas come from servers and are not trusted. Each is compiled apart from all others, so that no `$id` of one reaches another; patterns
 * and formats are those of `safe-pattern.ts` and `formats.ts`; nothing is ever fetched. What cannot be compiled, or is too much for that,
 * checks nothing: the server can refuse for itself.
 */
export class ArgumentSchemas {
  readonly #bySchema = new WeakMap<JsonObject, ArgumentCheck | Promise<ArgumentCheck>>();
  readonly #byHash = new Map<string, ArgumentCheck>();
  #workshop: Promise<Workshop> | undefined;

  /** The check for a schema, where it was made before. */
  known(schema: JsonObject): ArgumentCheck | undefined {
    const known = this.#bySchema.get(schema);
    return known instanceof Promise ? undefined : known;
  }

  /** The check for a schema: at once where it was made before, else when the compiler is loaded (some 50 ms, once) and has run. */
  for(schema: JsonObject, onUnchecked: OnUnchecked): ArgumentCheck | Promise<ArgumentCheck> {
    const known = this.#bySchema.get(schema);
    if (known !== undefined) return known;
    const made = this.#make(schema, onUnchecked).then((check) => {
      this.#bySchema.set(schema, check);
      return check;
    });
    this.#bySchema.set(schema, made);
    return made;
  }

  async #make(schema: JsonObject, onUnchecked: OnUnchecked): Promise<ArgumentCheck> {
    const oddity = tooMuch(schema);
    if (oddity !== undefined) {
      onUnchecked(oddity);
      return unchecked;
    }
    const hash = createHash("sha256").update(canonicalJson(schema)).digest("base64");
    const known = this.#byHash.get(hash);
    if (known !== undefined) return known;
    this.#workshop ??= Workshop.open();
    const check = (await this.#workshop).compile(schema, onUnchecked);
    if (this.#byHash.size >= maxSchemas) this.#forgetOldest();
    this.#byHash.set(hash, check);
    return check;
  }

  #forgetOldest(): void {
    for (const hash of this.#byHash.keys()) {
      this.#byHash.delete(hash);
      return;
    }
  }
}

const unchecked: ArgumentCheck = () => undefined;

type Dialect = "2020-12" | "draft-07";

type Compilers = Readonly<Record<Dialect, new (options: Options) => Ajv>>;

/** What of the compiler is made once: the check whether something is a schema, which takes longer than making one into a check. */
class Workshop {
  readonly #compilers: Compilers;
  readonly #judges = new Map<Dialect, Ajv>();

  private constructor(compilers: Compilers) {
    this.#compilers = compilers;
  }

  static async open(): Promise<Workshop> {
    const [{ Ajv2020 }, { Ajv: draft07 }] = await Promise.all([import("ajv/dist/2020.js"), import("ajv")]);
    return new Workshop({ "2020-12": Ajv2020, "draft-07": draft07 });
  }

  compile(schema: JsonObject, onUnchecked: OnUnchecked): ArgumentCheck {
    try {
      const dialect = dialectOf(schema);
      if (dialect === undefined) {
        onUnchecked(`its dialect ${JSON.stringify(schema["$schema"]).slice(0, 200)} is not known`);
        return unchecked;
      }
      const judge = this.#judge(dialect);
      if (judge.validateSchema(schema) === true) return this.#compiled(dialect, schema, onUnchecked);
      onUnchecked(`it is no JSON Schema: ${judge.errorsText(judge.errors).slice(0, 200)}`);
    } catch (thrown) {
      onUnchecked(`it cannot be compiled: ${thrown instanceof Error ? thrown.message.slice(0, 200) : "no reason"}`);
    }
    return unchecked;
  }

  #judge(dialect: Dialect): Ajv {
    const judge = this.#judges.get(dialect) ?? new this.#compilers[dialect]({ strict: false, logger: false });
    this.#judges.set(dialect, judge);
    return judge;
  }

  #compiled(dialect: Dialect, schema: JsonObject, onUnchecked: OnUnchecked): ArgumentCheck {
    const compiler = new this.#compilers[dialect](optionsWith(onUnchecked));
    // Comparing each with each takes time that grows with the square of a list.
    compiler.removeKeyword("uniqueItems");
    for (const [format, fits] of Object.entries(formats)) compiler.addFormat(format, fits);
    const validate = compiler.compile(schema);
    return (given) => {
      try {
        return validate(given) ? undefined : complaint(validate.errors?.[0]);
      } catch {
        // A schema that refers to itself without end, or arguments as deep as the stack: the server's to refuse.
        return undefined;
      }
    };
  }
}

/** A schema without `$schema` is one of 2020-12 (MCP 2026-07-28, basic, JSON Schema Usage). */
function dialectOf({ $schema: dialect }: JsonObject): Dialect | undefined {
  return dialect === undefined ? "2020-12" : dialectIn(dialect);
}

function dialectIn(dialect: unknown): Dialect | undefined {
  if (typeof dialect !== "string") return undefined;
  if (/^https?:\/\/json-schema\.org\/draft\/20(?:20-12|19-09)\/schema#?$/.test(dialect)) return "2020-12";
  return /^https?:\/\/json-schema\.org\/draft-0[67]\/schema#?$/.test(dialect) ? "draft-07" : undefined;
}

function optionsWith(onUnchecked: OnUnchecked): Options {
  const regExp = (pattern: string, flags: string): ReturnType<typeof safePattern> =>
    safePattern(pattern, flags, (reason) => {
      onUnchecked(`its pattern ${JSON.stringify(pattern.slice(0, 100))} is not used, as ${reason}`);
    });
  return {
    strict: false,
    meta: false,
    validateSchema: false,
    // The first error says enough; all errors of much data would be much.
    allErrors: false,
    verbose: true,
    logger: false,
    code: { regExp: Object.assign(regExp, { code: "undefined" }) },
  };
}
