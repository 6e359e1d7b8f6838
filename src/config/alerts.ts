import { type AlertOptions, type Objective, alertDefaults, usualWithinTarget } from "../alerts/alert-options.ts";
import { type AlertRule, type AlertRules, defaultRules } from "../alerts/alert-rule.ts";
import type { Finding } from "./problem.ts";
import type { ConfigDraft } from "./schema.ts";
import { type WrittenObjective, type WrittenRule, alertsKey } from "./schema-alerts.ts";
import { pathText } from "./shown.ts";

/** Checks what the schema cannot say of rules: those of one's own name what they watch and when it is too much. */
export function checkAlerts(alerts: unknown): readonly Finding[] {
  const read = alertsKey.safeParse(alerts);
  if (!read.success) return [];
  return Object.entries(read.data).flatMap(([name, written]) => {
    if (written === false) return [];
    const path = ["alerts", name];
    const usual = usualRule(name);
    if (usual === undefined && (written.watch === undefined || written.above === undefined)) {
      const message = `${pathText(path)} must say what to watch and above which value, as there is none of this name by default`;
      return [{ path, message }];
    }
    const { above, clearAt } = ruleOf(name, written);
    if (clearAt <= above) return [];
    const at = [...path, "clearAt"];
    return [{ path: at, message: `${pathText(at)} must be at most above, which is ${above}, got ${clearAt}` }];
  });
}

/** What a file says of alerts and objectives, with every default in place. */
export function alertOptions(draft: Pick<ConfigDraft, "alerts" | "slo">): AlertOptions {
  const rules: Record<string, AlertRule> = { ...defaultRules };
  for (const [name, written] of Object.entries(draft.alerts)) {
    if (written === false) delete rules[name];
    else rules[name] = ruleOf(name, written);
  }
  if (draft.slo === false) return { rules, slo: { ...alertDefaults.slo, usual: undefined, tools: [] } };
  const { tools, leastCalls, ...written } = draft.slo;
  const usual = objectiveOf(written, alertDefaults.slo.usual);
  return {
    rules,
    slo: {
      usual,
      leastCalls,
      tools: Object.entries(tools).map(([pattern, own]) => ({
        pattern,
        objective: own === false ? undefined : objectiveOf(own, usual),
      })),
    },
  };
}

/** Of one by default, what is not said is as there; `clearAt` goes along with another `above`. */
function ruleOf(name: string, written: WrittenRule): AlertRule {
  const usual = usualRule(name);
  const above = written.above ?? usual?.above ?? 0;
  const usualClear = usual !== undefined && written.above === undefined ? usual.clearAt : above;
  return {
    watch: written.watch ?? usual?.watch ?? "upstream_down",
    of: written.of ?? usual?.of ?? [],
    level: written.level ?? usual?.level ?? "warning",
    above,
    clearAt: written.clearAt ?? usualClear,
    forMs: written.forMs ?? usual?.forMs ?? 60_000,
    clearMs: written.clearMs ?? usual?.clearMs ?? 60_000,
  };
}

function usualRule(name: string): AlertRule | undefined {
  const rules: AlertRules = defaultRules;
  return Object.hasOwn(rules, name) ? rules[name] : undefined;
}

function objectiveOf({ target: percent, withinMs, withinTarget }: WrittenObjective, usual: Objective): Objective {
  return { target: percent ?? usual.target, within: withinIn({ withinMs, withinTarget }, usual.within) };
}

function withinIn(
  { withinMs, withinTarget }: Pick<WrittenObjective, "withinMs" | "withinTarget">,
  usual: Objective["within"],
): Objective["within"] {
  if (withinMs === 0 || (withinMs === undefined && usual === "no_matter")) return "no_matter";
  const before = typeof usual === "object" ? usual : undefined;
  const ms = withinMs ?? before?.ms;
  return ms === undefined ? undefined : { ms, target: withinTarget ?? before?.target ?? usualWithinTarget };
}
