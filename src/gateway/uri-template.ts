/** Longest URI that is held against templates, in characters. */
const maxUriLength = 8192;
/** Longest template that is matched, in characters. */
const maxTemplateLength = 8192;
/** Most expressions in a template that is matched. */
const maxExpressions = 16;

const expression = /\{([+#./;?&]?)([^{}]*)\}/g;

/** What an expression may stand for: its lead, then characters that are none of `stops`. */
interface Run {
  readonly kind: "run";
  readonly lead: string;
  readonly stops: string;
  /** Whether nothing may follow the lead. */
  readonly mayBeEmpty: boolean;
  /** Whether it may be missing altogether, lead and all. */
  readonly mayBeAbsent: boolean;
}

type Step = Run | { readonly kind: "literal"; readonly text: string };

function run(lead: string, stops: string, may: { readonly beEmpty?: true; readonly beAbsent?: true } = {}): Run {
  return { kind: "run", lead, stops, mayBeEmpty: may.beEmpty === true, mayBeAbsent: may.beAbsent === true };
}

/** The runs of the expressions, by operator. */
const runs: Readonly<Record<string, Run>> = {
  "": run("", "/?#"),
  "+": run("", ""),
  "#": run("#", "", { beEmpty: true }),
  ".": run(".", "/?#"),
  "/": run("/", "?#"),
  ";": run(";", "/?#", { beEmpty: true }),
  "?": run("?", "#", { beEmpty: true, beAbsent: true }),
  "&": run("&", "#", { beEmpty: true, beAbsent: true }),
};

/**
 * Whether URIs could have been made from a template; a template that is too complex matches nothing.
 *
 * Upstreams write templates and downstreams URIs: the time taken grows with the product of their lengths at the most, whatever they say.
 *
 * @see RFC 6570, 1.2 Levels and Expression Types.
 */
export function templateMatcher(template: string): (uri: string) => boolean {
  const steps: Step[] = [];
  let from = 0;
  let expressions = 0;
  if (template.length > maxTemplateLength) return () => false;
  for (const found of template.matchAll(expression)) {
    steps.push({ kind: "literal", text: template.slice(from, found.index) }, runs[found[1] ?? ""] ?? run("", ""));
    from = found.index + found[0].length;
    expressions += 1;
  }
  if (expressions === 0 || expressions > maxExpressions) return () => false;
  steps.push({ kind: "literal", text: template.slice(from) });
  return (uri) => uri.length <= maxUriLength && fits(steps, uri);
}

/** Follows every way through the steps at once: after each, which places of the URI can have been reached. */
function fits(steps: readonly Step[], uri: string): boolean {
  let reached = new Uint8Array(uri.length + 1);
  reached[0] = 1;
  for (const step of steps) {
    reached = step.kind === "literal" ? afterLiteral(reached, uri, step.text) : afterRun(reached, uri, step);
    if (!reached.includes(1)) return false;
  }
  return reached[uri.length] === 1;
}

function afterLiteral(reached: Uint8Array, uri: string, text: string): Uint8Array<ArrayBuffer> {
  const next = new Uint8Array(reached.length);
  for (let at = reached.indexOf(1); at !== -1; at = reached.indexOf(1, at + 1)) {
    if (uri.startsWith(text, at)) next[at + text.length] = 1;
  }
  return next;
}

function afterRun(
  reached: Uint8Array,
  uri: string,
  { lead, stops, mayBeEmpty, mayBeAbsent }: Run,
): Uint8Array<ArrayBuffer> {
  const begun = afterLiteral(reached, uri, lead);
  const next = new Uint8Array(reached.length);
  let isInside = false;
  for (let at = 0; at < reached.length; at += 1) {
    if ((mayBeEmpty && begun[at] === 1) || (mayBeAbsent && reached[at] === 1)) next[at] = 1;
    isInside = (isInside || begun[at] === 1) && at < uri.length && !stops.includes(uri.charAt(at));
    if (isInside) next[at + 1] = 1;
  }
  return next;
}
