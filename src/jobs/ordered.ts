import { GatewayError } from "../core/errors.ts";

/** Something that may need others. */
export interface Needing {
  readonly id: string;
  /** Ids of what it needs. */
  readonly needs: readonly string[];
  /** Where it stands in the input, from 1. */
  readonly line: number;
}

/** Members of a circle that a message names. */
const maxNamed = 5;

/**
 * The same things in the order in which they were given, but that each comes after all that it needs. Takes time in proportion to things
 * and needs together.
 *
 * @throws {GatewayError} `invalid_operations` — an id is there twice, or is needed and not there, or things need each other in a circle.
 */
export function ordered<T extends Needing>(things: readonly T[]): readonly T[] {
  const byId = new Map<string, T>();
  for (const thing of things) {
    if (byId.has(thing.id)) throw wrong(thing, `The id ${shown(thing.id)} is there twice`);
    byId.set(thing.id, thing);
  }
  if (things.every(({ needs }) => needs.length === 0)) return things;
  const placed = new Set<T>();
  for (const thing of things) if (!placed.has(thing)) place(thing, byId, placed);
  return [...placed];
}

/** Places what a thing needs, and what that needs, and then the thing. Without recursion: a chain may be as long as the list. */
function place<T extends Needing>(first: T, byId: ReadonlyMap<string, T>, placed: Set<T>): void {
  const way = [{ thing: first, at: 0 }];
  const onWay = new Set([first]);
  for (let top = way.at(-1); top !== undefined; top = way.at(-1)) {
    const { thing } = top;
    const id = thing.needs[top.at];
    top.at += 1;
    if (id === undefined) {
      placed.add(thing);
      onWay.delete(thing);
      way.pop();
      continue;
    }
    const needed = byId.get(id);
    if (needed === undefined) throw wrong(thing, `${shown(thing.id)} needs ${shown(id)}, which is not there`);
    if (onWay.has(needed)) throw circle([...onWay], needed);
    if (placed.has(needed)) continue;
    onWay.add(needed);
    way.push({ thing: needed, at: 0 });
  }
}

function circle(way: readonly Needing[], first: Needing): GatewayError {
  const members = way.slice(way.indexOf(first)).map(({ id }) => shown(id));
  const named = members.length > maxNamed ? [...members.slice(0, maxNamed), "…"] : members;
  return wrong(first, `Operations need each other in a circle: ${[...named, shown(first.id)].join(" needs ")}`);
}

function shown(id: string): string {
  return JSON.stringify(id.slice(0, 100));
}

function wrong({ line }: Needing, message: string): GatewayError {
  return new GatewayError("invalid_operations", `Line ${line}: ${message}`, { data: { line } });
}
