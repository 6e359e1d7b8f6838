import { type LogEntry, type StateType, hostStates, serviceStates } from "../monitoring.ts";

/** How a line of a core's log begins, `[time] TYPE: `, and what it then says, between semicolons. */
const line = /^(?:\[\d+\] )?([A-Z][A-Z ]*[A-Z]): (.*)$/s;

const kinds: Readonly<Record<string, LogEntry["kind"]>> = {
  ALERT: "alert",
  "DOWNTIME ALERT": "downtime",
  "FLAPPING ALERT": "flapping",
  "ACKNOWLEDGE ALERT": "acknowledgement",
  NOTIFICATION: "notification",
};

/**
 * What a line of a core's log says. It is read from its text, which all cores write alike: not all of them fill the columns beside it.
 *
 * @returns undefined for a line that is not about a host or a service.
 */
export function logEntry(site: string, seconds: number, message: string): LogEntry | undefined {
  const [, type = "", said = ""] = line.exec(message) ?? [];
  const [, subject, what = ""] = /^(HOST|SERVICE) (.+)$/.exec(type) ?? [];
  if (subject === undefined) return undefined;
  const kind = kinds[what] ?? "other";
  const parts = said.split(";");
  // Whom a notification goes to stands first.
  const [host = "", ...rest] = kind === "notification" ? parts.slice(1) : parts;
  const description = subject === "SERVICE" ? rest.shift() : undefined;
  const [state, stateType] = rest;
  const isAlert = kind === "alert" && state !== undefined;
  return {
    site,
    at: seconds * 1000,
    host,
    description,
    kind,
    state: isAlert ? stateNamed(state) : undefined,
    stateType: isAlert ? stateTypeNamed(stateType) : undefined,
    message: said,
  };
}

function stateNamed(name: string): LogEntry["state"] {
  return [...hostStates, ...serviceStates].find((state) => state === name);
}

function stateTypeNamed(name: string | undefined): StateType | undefined {
  if (name === "HARD") return "hard";
  return name === "SOFT" ? "soft" : undefined;
}
