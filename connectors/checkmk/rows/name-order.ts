import type { PlaceList } from "./place-list.ts";

/** The names of rows as they stand in a text: of each row four places, where its host's name begins and ends, and where its own does. */
export interface Names {
  readonly text: Buffer;
  readonly places: PlaceList;
}

/**
 * The rows by the bytes of their hosts' names, and of their own: the number of each, in their order; undefined where they are in it already. What
 * sites answer is mostly hosts one after another, each with its services: only these are compared with each other.
 */
export function orderOf(names: Names): Int32Array | undefined {
  const groups = groupsOf(names);
  const compareHosts = (a: Group, b: Group): number => compareAt(names, a.first, b.first, 0);
  groups.sort(compareHosts);
  const order = new Int32Array(names.places.length / 4);
  let before: Group | undefined;
  let length = 0;
  let from = 0;
  for (const group of groups) {
    // A host whose services did not come together is one group all the same.
    if (before === undefined || compareHosts(before, group) !== 0) from = length;
    for (let row = group.first; row < group.end; row += 1) insert(names, order, from, length++, row);
    before = group;
  }
  return isInOrder(order) ? undefined : order;
}

/** Rows that follow each other and are of one host. */
interface Group {
  readonly first: number;
  end: number;
}

function groupsOf(names: Names): Group[] {
  const groups: Group[] = [];
  let last: Group | undefined;
  for (let row = 0; row < names.places.length / 4; row += 1) {
    if (last !== undefined && compareAt(names, last.first, row, 0) === 0) last.end = row + 1;
    else groups.push((last = { first: row, end: row + 1 }));
  }
  return groups;
}

/** Puts a row among those of its host that are in order, which stand from `from` up to before `to`. */
function insert(names: Names, order: Int32Array, from: number, to: number, row: number): void {
  let at = to;
  // Most come in order, or nearly.
  for (; at > from && compareAt(names, order[at - 1] ?? 0, row, 2) > 0; at -= 1) order[at] = order[at - 1] ?? 0;
  order[at] = row;
}

function isInOrder(order: Int32Array): boolean {
  for (let place = 0; place < order.length; place += 1) if (order[place] !== place) return false;
  return true;
}

/** Compares two rows by a name: the host's at 0, their own at 2. */
function compareAt({ text, places }: Names, a: number, b: number, which: 0 | 2): number {
  const [one, other] = [4 * a + which, 4 * b + which];
  return compareBytes(text, places.at(one), places.at(one + 1), text, places.at(other), places.at(other + 1));
}

/** The order of two pieces of texts by their bytes. Names are short: to have Node compare them costs more. */
export function compareBytes(
  text: Buffer,
  from: number,
  to: number,
  other: Buffer,
  otherFrom: number,
  otherTo: number,
): number {
  const shorter = Math.min(to - from, otherTo - otherFrom);
  for (let at = 0; at < shorter; at += 1) {
    const difference = (text[from + at] ?? 0) - (other[otherFrom + at] ?? 0);
    if (difference !== 0) return difference;
  }
  return to - from - (otherTo - otherFrom);
}
