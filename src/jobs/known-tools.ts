import { setImmediate } from "node:timers/promises";
import type { Principal } from "../access/principal.ts";
import { GatewayError } from "../core/errors.ts";
import { type JsonObject, isJsonObject } from "../core/json.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { isHarmless } from "../gateway/stages/retry.ts";
import type { View } from "../gateway/view.ts";
import { type ArgumentCheck, ArgumentSchemas } from "../policy/argument-schemas.ts";
import { policyFor } from "../policy/call-policy.ts";
import type { GivenOperation } from "./given-operation.ts";
import type { Operation } from "./job.ts";
import { referredTo } from "./reference.ts";

/** Operations that are looked over in one go: a few ms. */
const atOnce = 1000;

/** What is known of a tool before it is called. */
interface KnownTool {
  /** Whether it says that a call of it may be made again. */
  readonly isHarmless: boolean;
  readonly check: ArgumentCheck;
}

/** Looks operations over before anything of them is kept: whether their tools are there for who asks, and take such arguments. */
export class KnownTools {
  readonly #gateway: Gateway;
  readonly #schemas = new ArgumentSchemas();

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
  }

  /**
   * The same operations with what their tools say of them, numbered; each comes after those that it needs.
   *
   * @throws {GatewayError} as a call would, with the line: `unknown_tool`, `invalid_arguments`, `upstream_unavailable` and the like. Arguments that
   *   refer to results are looked at when these are there.
   */
  checked(principal: Principal, given: readonly GivenOperation[]): Promise<readonly Operation[]> {
    return this.#numbered(principal, given, 0, true);
  }

  /**
   * Likewise for operations that come later than others of their job, of which there are `first`. Their arguments are looked at when they are
   * made: what is wrong with one is then its own failure.
   *
   * @throws {GatewayError} as a call would, with the line: `unknown_tool`, `upstream_unavailable` and the like.
   */
  further(principal: Principal, given: readonly GivenOperation[], first: number): Promise<readonly Operation[]> {
    return this.#numbered(principal, given, first, false);
  }

  /**
   * Says nothing where this tool is there and only reads, or may be called again without harm.
   *
   * @throws {GatewayError} as a call would; `invalid_operations` — it may change something.
   */
  async checkReads(principal: Principal, tool: string): Promise<void> {
    await this.#gateway.settled;
    const { isHarmless: mayBeRead } = await this.#known(this.#gateway.view({ kind: "all" }, principal.rights), tool, 1);
    if (mayBeRead) return;
    throw new GatewayError(
      "invalid_operations",
      `${tool} does not say that it only reads (readOnlyHint), and a page may have to be read again; take a tool that does`,
    );
  }

  async #numbered(
    principal: Principal,
    given: readonly GivenOperation[],
    first: number,
    areArgumentsChecked: boolean,
  ): Promise<readonly Operation[]> {
    await this.#gateway.settled;
    const view = this.#gateway.view({ kind: "all" }, principal.rights);
    const tools = new Map<string, KnownTool>();
    for (const { tool, line } of given) {
      if (!tools.has(tool)) tools.set(tool, await this.#known(view, tool, line));
    }
    const numbers = new Map<string, number>();
    const operations: Operation[] = [];
    for (const [place, each] of given.entries()) {
      const number = first + place;
      numbers.set(each.id, number);
      operations.push(operationOf(each, number, numbers, { known: tools.get(each.tool), areArgumentsChecked }));
      // Others have their turn.
      if (place % atOnce === atOnce - 1) await setImmediate();
    }
    return operations;
  }

  async #known(view: View, tool: string, line: number): Promise<KnownTool> {
    const entry = view.find("tools", tool);
    if (entry === undefined) throw missing(view, tool, line);
    const { upstream, name, described } = entry;
    const { inputSchema: schema } = described;
    const { validate } = policyFor(this.#gateway.policies, upstream.name, name);
    // What of a schema is not checked is told where the call itself is checked.
    const check = validate !== false && isJsonObject(schema) && (await this.#schemas.for(schema, () => undefined));
    return { isHarmless: isHarmless(described), check: check === false ? () => undefined : check };
  }
}

function operationOf(
  { id, tool, arguments: values, idempotencyKey, needs, line }: GivenOperation,
  number: number,
  numbers: ReadonlyMap<string, number>,
  { known, areArgumentsChecked }: { readonly known: KnownTool | undefined; readonly areArgumentsChecked: boolean },
): Operation {
  const isChecked = areArgumentsChecked && !(needs.length > 0 && hasReferences(values));
  const complaint = isChecked ? known?.check(values) : undefined;
  if (complaint !== undefined) {
    const message = `Line ${line}: The arguments for ${JSON.stringify(tool)} are wrong: ${complaint}`;
    throw new GatewayError("invalid_arguments", message, { data: { line } });
  }
  return {
    number,
    id,
    tool,
    arguments: values,
    idempotencyKey,
    needs: needs.flatMap((needed) => numbers.get(needed) ?? []),
    isRepeatable: known?.isHarmless === true || idempotencyKey !== undefined,
  };
}

function hasReferences(values: JsonObject): boolean {
  return referredTo(values).size > 0;
}

/** Why a tool is not there, as a call of it would say, with the line. */
function missing(view: View, tool: string, line: number): GatewayError {
  const owner = view.ownerOf(tool);
  const refusal =
    view.refusalOf("tools", tool) ??
    (owner !== undefined && owner.handshake === undefined ? owner.unavailable() : undefined);
  const { code, message, data } = refusal ?? new GatewayError("unknown_tool", `Unknown tool: ${tool}`);
  return new GatewayError(code, `Line ${line}: ${message}`, { data: { ...data, line } });
}
