import type { HostRow, ServiceRow } from "../monitoring.ts";
import { type HostStatus, hostStatus } from "./dashboard.ts";
import type { PeerComparison } from "./peers.ts";
import { type Problem, byUrgency, hostProblem, isUnhandled, serviceProblem } from "./problems.ts";
import type { Trend } from "./trend.ts";

/** How a host stands, why, and what to do. */
export interface HostHealth {
  readonly status: HostStatus;
  readonly address: string;
  readonly output: string;
  readonly isAcknowledged: boolean;
  readonly isInDowntime: boolean;
  /** The most urgent first. */
  readonly problems: readonly Problem[];
  readonly recommendations: readonly string[];
  readonly peers: PeerComparison | undefined;
  readonly trend: Trend | undefined;
  /** What could not be found out, and why: a sentence each. */
  readonly unknown: readonly string[];
}

/** What is known of a host. */
export interface HostObserved {
  readonly host: HostRow;
  /** All its services. */
  readonly services: readonly ServiceRow[];
  readonly peers: PeerComparison | undefined;
  /** Undefined where it was not asked for, or there is no log. */
  readonly trend: Trend | undefined;
  /** Why there is no log; undefined where there is, or nobody asked. */
  readonly noLog: string | undefined;
  /** In ms since 1970. */
  readonly now: number;
}

/** How a host stands. See `hostStatus` for the health, `gradeOf` for the grade and `urgencyOf` for the order of the problems. */
export function hostHealth({ host, services, peers, trend, noLog, now }: HostObserved): HostHealth {
  const problems = problemsOf(host, services, now);
  return {
    status: hostStatus(host, problems),
    address: host.address,
    output: host.output,
    isAcknowledged: host.isAcknowledged,
    isInDowntime: host.isInDowntime,
    problems,
    recommendations: recommendationsOf(host, services, problems, { peers, trend }),
    peers,
    trend,
    unknown: noLog === undefined ? [] : [`Whether it becomes worse is not known: ${noLog}.`],
  };
}

/** The problems of a host and its services, the most urgent first. */
export function problemsOf(host: HostRow, services: readonly ServiceRow[], now: number): readonly Problem[] {
  const isAway = host.state === "DOWN" || host.state === "UNREACHABLE";
  return byUrgency([
    ...(isAway ? [hostProblem(host, now)] : []),
    ...services
      .filter(({ state }) => state !== "OK" && state !== "PENDING")
      .map((service) => serviceProblem(service, now)),
  ]);
}

function recommendationsOf(
  host: HostRow,
  services: readonly ServiceRow[],
  problems: readonly Problem[],
  { peers, trend }: Pick<HostObserved, "peers" | "trend">,
): readonly string[] {
  const quoted = (list: readonly Problem[]): string =>
    list
      .slice(0, 3)
      .map(({ service }) => `"${service ?? host.name}"`)
      .join(", ");
  const of = (category: Problem["category"]): readonly Problem[] =>
    problems.filter((problem) => problem.category === category && problem.service !== undefined);
  const unhandled = problems.filter(isUnhandled);
  const soft = problems.filter(({ isSoft }) => isSoft);
  const advice: string[] = [];
  if (host.state === "DOWN")
    advice.push(
      `The host is down: look at power and network first; what its services say is as old as ${host.output === "" ? "that" : `"${host.output}"`}.`,
    );
  if (host.state === "UNREACHABLE")
    advice.push("The host is unreachable: something between it and the site is down; look at its parents.");
  const agent = of("monitoring").filter(({ state }) => state === "CRITICAL");
  if (agent.length > 0)
    advice.push(
      `The monitoring of the host itself fails (${quoted(agent)}): mend the agent first, other services may be stale.`,
    );
  if (unhandled.length > 0)
    advice.push(
      `Nobody has taken care of ${unhandled.length === 1 ? "one problem" : `${unhandled.length} problems`}, above all ${quoted(unhandled)}: acknowledge, or plan a downtime.`,
    );
  const [disk, cpu, memory] = [of("disk"), of("performance"), of("memory")];
  if (disk.length > 0)
    advice.push(`Disks: ${quoted(disk)}. Find what grows; get_effective_parameters says by which levels.`);
  if (cpu.length > 0 && memory.length > 0)
    advice.push(
      `CPU and memory are short together (${quoted([...cpu, ...memory])}): look for one process that takes both.`,
    );
  else if (cpu.length + memory.length > 0)
    advice.push(`Look at the load of ${quoted([...cpu, ...memory])} over time with get_metric_history.`);
  if (soft.length > 0)
    advice.push(
      `${soft.length === 1 ? "One problem is" : `${soft.length} problems are`} not confirmed yet (soft): wait for the next check before you act.`,
    );
  const pending = services.filter(({ state }) => state === "PENDING").length;
  if (pending > 0) advice.push(`${pending === 1 ? "One service was" : `${pending} services were`} never checked.`);
  for (const { service, times } of trend?.recurring ?? [])
    advice.push(
      `${service === undefined ? "The host" : `"${service}"`} has come back as a problem ${times} times: find the cause, or adjust its levels or attempts.`,
    );
  if (peers !== undefined && peers.difference <= -10)
    advice.push(
      `It stands ${-peers.difference} % below ${peers.count} hosts of the same ${peers.basis}: look for what is different here.`,
    );
  return advice;
}
