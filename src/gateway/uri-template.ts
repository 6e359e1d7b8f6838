/** Longest URI that is held against templates, in characters. */
const maxUriLength = 8192;
/** Most expressions in a template that is matched; more could make matching slow. */
const maxExpressions = 16;

const expression = /\{([+#./;?&]?)([^{}]*)\}/g;

/** What an expression of each kind may stand for. */
const patterns: Readonly<Record<string, string>> = {
  "": "[^/?#]+",
  "+": ".+",
  "#": "#.*",
  ".": "\\.[^/?#]+",
  "/": "/[^?#]+",
  ";": ";[^/?#]*",
  "?": "(?:\\?[^#]*)?",
  "&": "(?:&[^#]*)?",
};

/**
 * Whether URIs could have been made from a template; a template that is too complex matches nothing.
 *
 * @see RFC 6570, 1.2 Levels and Expression Types.
 */
export function templateMatcher(template: string): (uri: string) => boolean {
  const parts: string[] = [];
  let from = 0;
  let expressions = 0;
  for (const found of template.matchAll(expression)) {
    parts.push(escaped(template.slice(from, found.index)), patterns[found[1] ?? ""] ?? ".*");
    from = found.index + found[0].length;
    expressions += 1;
  }
  if (expressions === 0 || expressions > maxExpressions) return () => false;
  parts.push(escaped(template.slice(from)));
  const whole = new RegExp(`^${parts.join("")}$`, "s");
  return (uri) => uri.length <= maxUriLength && whole.test(uri);
}

function escaped(literal: string): string {
  return literal.replaceAll(/[$()*+.?[\\\]^{|}/-]/g, String.raw`\$&`);
}
