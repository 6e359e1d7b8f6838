import { type JsonObject, isJsonObject, stringAt } from "../core/json.ts";
import { nouns } from "../upstream/catalog.ts";
import type { DefinitionFact } from "../upstream/definition-facts.ts";
import { printable } from "./terminal.ts";

/** What happened to a definition, in a line. */
export function factText(fact: DefinitionFact): string {
  const what = `${fact.upstream}: the ${nouns[fact.kind]} ${printable(fact.name)}`;
  switch (fact.type) {
    case "definition_added":
      return `${what} is new${heldText(fact)}`;
    case "definition_changed":
      return `${what} has another ${fact.members.map(printable).join(", ")}${heldText(fact)}`;
    case "definition_removed":
      return `${what} is gone`;
    case "definition_approved":
      return `${what} was approved`;
  }
}

function heldText({ isQuarantined }: { readonly isQuarantined: boolean }): string {
  return isQuarantined ? ", and is held back until it is approved" : "";
}

/** A definition that is held back, as a gateway's status has it, with what differs: a line for each side of each difference. */
export function quarantineText(held: JsonObject): string {
  const { kind, isNew, changes } = held;
  const noun = Object.entries(nouns).find(([known]) => known === kind)?.[1] ?? "definition";
  const head = `${noun} ${printable(stringAt(held, "name") ?? "")} ${isNew === true ? "is new" : "changed"}`;
  const lines: string[] = [];
  for (const change of Array.isArray(changes) ? changes.filter(isJsonObject) : []) {
    const path = printable(stringAt(change, "path") ?? "");
    const [before, after] = [stringAt(change, "before"), stringAt(change, "after")];
    if (before !== undefined) lines.push(`  - ${path}: ${printable(before)}`);
    if (after !== undefined) lines.push(`  + ${path}: ${printable(after)}`);
  }
  return [head, ...lines].join("\n");
}
