import { type Prompt, ToolFailure } from "switchyard/connector";
import { healthDashboard } from "./analysis/dashboard.ts";
import { hostHealth } from "./analysis/host-health.ts";
import { type Observatory, observeEstate, observeHost } from "./analysis/observe.ts";
import { hostHealthText } from "./tools/host-health-shape.ts";
import { dashboardText } from "./tools/health.ts";

const host = { name: "host_name", description: "The host's name.", required: true };
const service = { name: "service_name", description: "The service's name on that host.", required: true };
const hostOrAll = { name: "host_name", description: 'The host\'s name, or "all".', required: true };
const reason = { name: "reason", description: "Why, for the rule's comment." };

/**
 * What people ask of a monitoring site again and again. They are given with what is so now, where that is known, and change nothing: what is to
 * be changed, the model proposes, and does it by tools once a person agrees.
 *
 * `signal` ends what they read.
 */
export function promptsOf(observatory: Observatory, signal: AbortSignal): readonly Prompt[] {
  return [
    hostHealthPrompt(observatory, signal),
    troubleshootPrompt(observatory, signal),
    overviewPrompt(observatory, signal),
    optimizePrompt,
    attemptsPrompt,
    retryPrompt,
    timeoutPrompt,
  ];
}

function hostHealthPrompt(observatory: Observatory, signal: AbortSignal): Prompt {
  return {
    name: "analyze_host_health",
    title: "Analyse a host",
    description: "How a host stands, why, and what to do first.",
    arguments: [
      host,
      { name: "include_grade", description: "Whether the grade is told: true or false. Default: true." },
    ],
    text: async ({ host_name: name = "", include_grade: graded = "true" }) => {
      const observed = await observeHost(observatory, { host: name, withPeers: true, trendHours: 24 }, signal);
      const shown = { include_grade: graded !== "false", include_recommendations: true };
      return `Analyse the host ${name}. This is what monitoring says now:

${hostHealthText(hostHealth(observed), shown)}

1. Call list_host_services for ${name} and look at the services that are not OK.
2. Call list_host_events for what happened before, and get_service_metrics for the services with figures.
3. Say in three sentences how the host stands, what is the cause and what is only a consequence.
4. Give at most five steps in the order in which to take them. Acknowledge or plan downtimes only once a person has agreed.

Give no figure that no tool told you.`;
    },
  };
}

function troubleshootPrompt(observatory: Observatory, signal: AbortSignal): Prompt {
  return {
    name: "troubleshoot_service",
    title: "Find out what is wrong with a service",
    description: "From a service that is not OK to its cause.",
    arguments: [host, service],
    text: async ({ host_name: name = "", service_name: description = "" }) => {
      const filter = { hosts: [name], descriptions: [description] };
      const { rows } = await observatory.monitoring.services(filter, {}, signal);
      const [row] = rows;
      if (row === undefined)
        throw new ToolFailure(
          `No service "${description}" of a host "${name}" is monitored; list_host_services names them.`,
        );
      return `Find out what is wrong with "${description}" on ${name}. Monitoring says now: ${row.state} (${row.stateType}, attempt ${row.attempt} of ${row.maxAttempts}): ${row.output}

1. Call analyze_host_health for ${name}: is this the only problem, or one of several with one cause?
2. Call list_service_events for when it began and whether it comes and goes, and get_service_metrics for how its figures went.
3. Call get_effective_parameters for it: do its levels fit such a service? get_specialized_defaults says what is usual.
4. Say the likeliest cause and how sure you are, what would show whether you are right, and how to mend it.

Propose an acknowledgement with a comment, or other levels with dry_run, where they fit; do neither before a person has agreed.`;
    },
  };
}

function overviewPrompt(observatory: Observatory, signal: AbortSignal): Prompt {
  return {
    name: "infrastructure_overview",
    title: "How everything stands",
    description: "A report on the whole estate for those who answer for it.",
    arguments: [{ name: "time_range_hours", description: "How far to look back, 1 to 8760. Default: 24." }],
    text: async ({ time_range_hours: hours }) => {
      const range = hours === undefined ? 24 : numberIn("time_range_hours", hours, { min: 1, max: 8760, whole: true });
      const dashboard = healthDashboard(await observeEstate(observatory, signal));
      return `Report how everything stands, and what of it is new in the last ${range} hours. This is so now:

${dashboardText(dashboard)}

1. Call get_critical_problems with include_acknowledged true, and group what belongs together: by host, by category, by when it began.
2. Call get_recent_critical_events, and analyze_host_health with trend_hours ${Math.min(range, 744)} for the three worst hosts.
3. Call get_business_status_summary for what users notice of it.

Write one page: the position in three sentences; what is new within ${range} hours; what waits for somebody; at most five recommendations, the most urgent first. Give no figure that no tool told you.`;
    },
  };
}

const optimizePrompt: Prompt = {
  name: "optimize_parameters",
  title: "Find better parameters for a service",
  description: "Whether a service's levels fit, and which would.",
  arguments: [host, service],
  text: ({
    host_name: name = "",
    service_name: description = "",
  }) => `Find out whether the parameters of "${description}" on ${name} fit.

1. Call get_effective_parameters for what holds now and which rules it is from.
2. Call get_service_metrics over a week for how its figures really are.
3. Call get_parameter_suggestions with these parameters, or get_parameter_schema of the ruleset where no handler knows the service.
4. Check what you propose with validate_with_handler or validate_service_parameters, then call set_service_parameters with dry_run true.

Show the values before and after with the reason for each, and what would have alerted in that week with each. Write nothing before a person has agreed.`,
};

const attemptsPrompt: Prompt = {
  name: "adjust_host_check_attempts",
  title: "Adjust how often a host is tried before it counts as down",
  description: "Plans a rule for the number of attempts; writes nothing.",
  arguments: [hostOrAll, { name: "max_attempts", description: "1 to 10.", required: true }, reason],
  text: ({ host_name: name = "", max_attempts: attempts = "", reason: why }) => {
    const value = numberIn("max_attempts", attempts, { min: 1, max: 10, whole: true });
    return rulePlan(name, {
      what: `be tried ${value} ${value === 1 ? "time" : "times"} before it counts as down`,
      ruleset: "extra_host_conf:max_check_attempts",
      value: `${value}`,
      means:
        value === 1
          ? "A single failed check then notifies at once, also where it only was lost."
          : `An outage is told after ${value} checks that fail, with the retry interval between them.`,
      why,
    });
  },
};

const retryPrompt: Prompt = {
  name: "adjust_host_retry_interval",
  title: "Adjust how soon a failed host check is repeated",
  description: "Plans a rule for the retry interval; writes nothing.",
  arguments: [hostOrAll, { name: "retry_interval", description: "In minutes, 0.1 to 60.", required: true }, reason],
  text: ({ host_name: name = "", retry_interval: interval = "", reason: why }) => {
    const value = numberIn("retry_interval", interval, { min: 0.1, max: 60 });
    return rulePlan(name, {
      what: `be checked again ${value} minutes after a check that failed`,
      ruleset: "extra_host_conf:retry_interval",
      value: Number.isInteger(value) ? `${value}.0` : `${value}`,
      means: "Together with the number of attempts this is how long an outage lasts before anybody is told.",
      why,
    });
  },
};

const timeoutRulesets = {
  icmp: ["host_check_commands", "ping_levels"],
  snmp: ["snmp_timing"],
  all: ["host_check_commands", "ping_levels", "snmp_timing"],
} as const;

const timeoutPrompt: Prompt = {
  name: "adjust_host_check_timeout",
  title: "Adjust how long a host check waits",
  description: "Plans rules for timeouts of checks; writes nothing.",
  arguments: [
    hostOrAll,
    { name: "timeout_seconds", description: "1 to 60.", required: true },
    { name: "check_type", description: "icmp, snmp or all. Default: all." },
    reason,
  ],
  text: ({ host_name: name = "", timeout_seconds: timeout = "", check_type: type = "all", reason: why }) => {
    const value = numberIn("timeout_seconds", timeout, { min: 1, max: 60, whole: true });
    if (type !== "icmp" && type !== "snmp" && type !== "all")
      throw new ToolFailure(`check_type must be icmp, snmp or all, got "${type}".`);
    const rulesets = timeoutRulesets[type].join(" and ");
    return `${name === "all" ? "All hosts are" : `The host ${name} is`} to be given ${value} seconds to answer (${type} checks)${why === undefined ? "" : `, because: ${why}`}.

1. Call list_rules for ${rulesets}: which rules are there, and which are for ${name === "all" ? "all hosts" : name}? Their values have keys besides the timeout; those must stay.
2. Say how long a check takes at worst then: the timeout times the retries. Longer than the check interval is too long.
3. Show each rule as it is and as it would be, and try it with dry_run.

Write nothing before a person has agreed; then activate_changes.`;
  },
};

function rulePlan(
  name: string,
  plan: {
    readonly what: string;
    readonly ruleset: string;
    readonly value: string;
    readonly means: string;
    readonly why: string | undefined;
  },
): string {
  const { what, ruleset, value, means, why } = plan;
  const isAll = name === "all";
  return `${isAll ? "Every host" : `The host ${name}`} is to ${what}${why === undefined ? "" : `, because: ${why}`}. ${means}

1. Call list_rules for ${ruleset}: is there a rule for ${isAll ? "all hosts" : name} already, or one that goes before?
2. Try it with dry_run: create_rule in ${isAll ? "the folder / without conditions" : `the host's folder with host_names ${JSON.stringify([name])}`} and value_raw ${JSON.stringify(value)}${why === undefined ? "" : ", the reason as its comment"}. Where another rule goes before, move_rule puts the new one above it; delete_rule takes out one that it replaces.
3. Say for which hosts it changes something, and what.

Write nothing before a person has agreed; then activate_changes.`;
}

/** @throws {ToolFailure} it is no number within these bounds. */
function numberIn(
  name: string,
  text: string,
  { min, max, whole = false }: { readonly min: number; readonly max: number; readonly whole?: boolean },
): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value >= min && value <= max && (!whole || Number.isInteger(value))) return value;
  throw new ToolFailure(`${name} must be a ${whole ? "whole " : ""}number from ${min} to ${max}, got "${text}".`);
}
