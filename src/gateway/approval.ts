import { GatewayError } from "../core/errors.ts";
import { isJsonObject, stringAt } from "../core/json.ts";
import type { JsonChange } from "../core/json-diff.ts";
import { type DefinitionRef, differences } from "../upstream/catalog.ts";
import { definitionKinds } from "../upstream/definitions.ts";
import type { Upstream } from "../upstream/upstream.ts";
import type { Gateway } from "./gateway.ts";

/** A definition that is held back, and how it differs from what is trusted under its name, if anything. */
export interface QuarantineStatus extends DefinitionRef {
  readonly isNew: boolean;
  readonly changes: readonly JsonChange[];
}

/** Every definition of an upstream that is held back. */
export function quarantineOf({ catalog }: Pick<Upstream, "catalog">): QuarantineStatus[] {
  return catalog.quarantined.map((held) => {
    const { kind, name, hash, trusted } = held;
    return { kind, name, hash, isNew: trusted === undefined, changes: differences(held) };
  });
}

/**
 * Approves definitions of an upstream, where they still have the hash that somebody saw; resolves with those. `request` is
 * `{"definitions": [{"kind", "name", "hash"}]}`.
 *
 * @throws {GatewayError} `invalid_params` — it is something else; `route_not_found` — there is no upstream of that name;
 *   `store_unavailable`.
 */
export async function approve(gateway: Gateway, upstream: string, request: unknown): Promise<DefinitionRef[]> {
  return gateway.upstream(upstream).catalog.approve(refsIn(request));
}

function refsIn(request: unknown): DefinitionRef[] {
  const list = isJsonObject(request) ? request["definitions"] : undefined;
  const refs = Array.isArray(list) ? list.map(definitionRefIn) : [undefined];
  if (refs.every((ref) => ref !== undefined)) return refs;
  throw new GatewayError(
    "invalid_params",
    `definitions must be a list of {"kind": one of ${definitionKinds.join(", ")}, "name", "hash"}`,
  );
}

/** The definition that this value names; undefined where it names none. */
export function definitionRefIn(value: unknown): DefinitionRef | undefined {
  if (!isJsonObject(value)) return undefined;
  const kind = definitionKinds.find((known) => known === value["kind"]);
  const [name, hash] = [stringAt(value, "name"), stringAt(value, "hash")];
  return kind === undefined || name === undefined || hash === undefined ? undefined : { kind, name, hash };
}
