/** An argument of a template. */
export interface TemplateArgument {
  readonly name: string;
  readonly description: string;
  /** Without, it must be given. */
  readonly default?: string;
}

/** A text with places for arguments, `{{name}}`, and parts that stand only where one is yes, `{{#name}}…{{/name}}`. */
export interface Template {
  readonly name: string;
  /** Counts up with each change of the text, so that it can be told which one was used. */
  readonly version: number;
  readonly title: string;
  readonly description: string;
  readonly arguments: readonly TemplateArgument[];
  readonly text: string;
}

/** Characters of one argument. */
const mostCharacters = 2000;

/** The text with its places filled. What an argument holds is never looked through for places itself. */
export function filled(
  text: string,
  args: readonly TemplateArgument[],
  given: Readonly<Record<string, string>>,
): string {
  const values = new Map(
    args.map(({ name, default: fallback = "" }) => [name, (given[name] ?? fallback).slice(0, mostCharacters)]),
  );
  const isYes = (name: string): boolean => /^(?:yes|true|1)$/i.test(values.get(name) ?? "");
  return text
    .replaceAll(/\{\{#(\w+)\}\}([^]*?)\{\{\/\1\}\}/g, (_, name: string, inner: string) => (isYes(name) ? inner : ""))
    .replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => values.get(name) ?? "");
}
