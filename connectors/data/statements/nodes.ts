/** One object in a syntax tree, and the key under which it stands. */
export interface TreeNode {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** Every object in a syntax tree, from the root; a list's objects stand under the list's key. */
export function* nodesIn(tree: unknown, key = ""): Generator<TreeNode> {
  if (Array.isArray(tree)) {
    for (const each of tree) yield* nodesIn(each, key);
  } else if (isNode(tree)) {
    yield { key, value: tree };
    for (const [inner, value] of Object.entries(tree)) yield* nodesIn(value, inner);
  }
}

/** Whether a part of a tree is an object, no list. */
export function isNode(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
