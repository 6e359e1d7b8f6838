import { basename, sep } from "node:path";

/** What `${…}` in a string of a server can stand for. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  /** The config file's folder. */
  readonly folder: string;
  /** The home folder of the person who runs the gateway. */
  readonly home: string;
}

/** VS Code's and Cursor's names for places. */
const places: ReadonlyMap<string, (around: Surroundings) => string> = new Map<string, (around: Surroundings) => string>(
  [
    ["workspaceFolder", ({ folder }) => folder],
    ["workspaceFolderBasename", ({ folder }) => basename(folder)],
    ["userHome", ({ home }) => home],
    ["pathSeparator", () => sep],
    ["/", () => sep],
  ],
);

/** A part of a string that may hold references. */
type Piece =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "place"; readonly of: (around: Surroundings) => string }
  | { readonly kind: "variable"; readonly name: string; readonly fallback: string | undefined }
  | { readonly kind: "prompt" }
  | { readonly kind: "malformed" };

const reference = /\$\$\{|\$\{(?<inside>[^}]*)\}|\$\{/g;
const variable = /^(?:env:)?(?<name>[A-Za-z_]\w*)(?::-(?<fallback>[^]*))?$/;

function pieceOf(inside: string | undefined): Piece {
  if (inside === undefined || inside.includes("${")) return { kind: "malformed" };
  const of = places.get(inside);
  if (of !== undefined) return { kind: "place", of };
  if (inside.startsWith("input:")) return { kind: "prompt" };
  const { name, fallback } = variable.exec(inside)?.groups ?? {};
  return name === undefined ? { kind: "malformed" } : { kind: "variable", name, fallback };
}

function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(reference)) {
    pieces.push({ kind: "text", text: text.slice(end, match.index) });
    pieces.push(match[0] === "$${" ? { kind: "text", text: "${" } : pieceOf(match.groups?.["inside"]));
    end = match.index + match[0].length;
  }
  pieces.push({ kind: "text", text: text.slice(end) });
  return pieces;
}

/** Whether a string holds anything that resolving would change. */
export function hasReferences(text: string): boolean {
  return text.includes("${");
}

/** Whether a string asks a person for a value, as VS Code's `${input:id}` does. */
export function hasPrompt(text: string): boolean {
  return piecesOf(text).some(({ kind }) => kind === "prompt");
}

/** Whether a string holds a `${` that is none of the known references. */
export function hasMalformedReference(text: string): boolean {
  return piecesOf(text).some(({ kind }) => kind === "malformed");
}

/** A string with its references replaced, and the names of the variables that are not set. */
export interface Expansion {
  readonly text: string;
  readonly missing: readonly string[];
}

/**
 * Replaces the references in a string: `${NAME}`, `${env:NAME}`, `${NAME:-default}` and VS Code's places.
 *
 * As in a shell, a default also stands in for a variable that is empty. `$${` is a `${` that is no reference.
 *
 * @see https://code.visualstudio.com/docs/reference/variables-reference
 */
export function expand(text: string, around: Surroundings): Expansion {
  const missing: string[] = [];
  const parts = piecesOf(text).map((piece) => {
    switch (piece.kind) {
      case "text":
        return piece.text;
      case "place":
        return piece.of(around);
      case "variable": {
        const value = around.env[piece.name];
        if (piece.fallback !== undefined) return value === undefined || value === "" ? piece.fallback : value;
        if (value === undefined) missing.push(piece.name);
        return value ?? "";
      }
      case "prompt":
      case "malformed":
        return "";
    }
  });
  return { text: parts.join(""), missing };
}
