/** A command that a page shows, and what the page says it prints. */
export interface Step {
  /** What follows `switchyard`. */
  readonly args: string[];
  readonly output: string;
}

/** The fenced blocks of one kind in a page. */
export function blocksOf(page: string, kind: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${kind}\\n([^]*?)^\`\`\`$`, "gm"))].map((found) => found[1] ?? "");
}

/** The commands of a console block, each with what it prints. */
export function stepsOf(block: string): Step[] {
  return block
    .split(/^\$ /m)
    .slice(1)
    .map((text) => {
      const [line = "", ...output] = text.split("\n");
      const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
      const at = words.findIndex((word) => word === "switchyard");
      const args = words.slice(at + 1);
      return { args: args[0] === "--" ? args.slice(1) : args, output: output.join("\n") };
    });
}
