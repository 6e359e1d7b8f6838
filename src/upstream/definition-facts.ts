import type { JsonObject } from "../core/json.ts";
import { definitionHash } from "./definition-hash.ts";
import { type Definitions, definitionKeys, definitionKinds } from "./definitions.ts";

/** Which of an upstream's lists a definition is in. */
export type DefinitionKind = keyof Definitions;

interface About {
  readonly upstream: string;
  readonly kind: DefinitionKind;
  /** As the upstream calls it: a name, an address or a template. */
  readonly name: string;
  /** Wall time in ms. */
  readonly at: number;
}

/** Something that happened to one definition of an upstream. `isQuarantined`: it is held back until somebody approves it. */
export type DefinitionFact =
  | (About & { readonly type: "definition_added"; readonly hash: string; readonly isQuarantined: boolean })
  | (About & {
      readonly type: "definition_changed";
      readonly hash: string;
      /** Members that differ, such as `description`. */
      readonly members: readonly string[];
      readonly isQuarantined: boolean;
    })
  | (About & { readonly type: "definition_removed" })
  | (About & { readonly type: "definition_approved"; readonly hash: string });

/** What of the definitions is another than before. */
export interface DefinitionChange {
  readonly kind: DefinitionKind;
  readonly name: string;
  readonly before: JsonObject | undefined;
  readonly after: JsonObject | undefined;
}

/** Every definition that was added, removed or changed, list by list. */
export function changesBetween(before: Definitions, after: Definitions): DefinitionChange[] {
  const changes: DefinitionChange[] = [];
  for (const kind of definitionKinds) {
    const [old, now] = [byName(before, kind), byName(after, kind)];
    for (const [name, definition] of now) {
      if (!isSame(old.get(name), definition)) changes.push({ kind, name, before: old.get(name), after: definition });
    }
    for (const [name, definition] of old) {
      if (!now.has(name)) changes.push({ kind, name, before: definition, after: undefined });
    }
  }
  return changes;
}

/** The definitions of one list by name. */
export function byName(definitions: Definitions, kind: DefinitionKind): Map<string, JsonObject> {
  return new Map(definitions[kind].map((definition) => [String(definition[definitionKeys[kind]]), definition]));
}

/** Whether two definitions say the same. */
export function isSame(a: JsonObject | undefined, b: JsonObject | undefined): boolean {
  if (a === b) return true;
  return a !== undefined && b !== undefined && definitionHash(a) === definitionHash(b);
}

/** The members in which two definitions differ, sorted. */
export function changedMembers(before: JsonObject, after: JsonObject): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const differs = (name: string): boolean => !isSame({ value: before[name] }, { value: after[name] });
  return [...names].filter(differs).toSorted();
}
