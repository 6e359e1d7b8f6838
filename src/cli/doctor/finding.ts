/** How a finding bears on whether the gateway works. */
export type FindingSeverity = "ok" | "warning" | "error";

interface FindingRow {
  readonly severity: FindingSeverity;
  /** When it is found. */
  readonly means: string;
  /** What the person should do; empty where all is well. */
  readonly suggestion: string;
  /** Whether `switchyard doctor --fix` repairs it. */
  readonly isFixable: boolean;
}

function ok(means: string, isFixable = false): FindingRow {
  return { severity: "ok", means, suggestion: "", isFixable };
}

function warning(means: string, suggestion: string, isFixable = false): FindingRow {
  return { severity: "warning", means, suggestion, isFixable };
}

function error(means: string, suggestion: string): FindingRow {
  return { severity: "error", means, suggestion, isFixable: false };
}

/** Everything that `switchyard doctor` can find. */
export const findingTable = {
  node_supported: ok("Node is new enough."),
  config_valid: ok("The configuration is valid, and every variable that it refers to is set."),
  config_missing: warning(
    "There is no configuration, so the demo servers are used.",
    "Begin one with `switchyard add` or `switchyard import`.",
  ),
  config_invalid: error(
    "Something in the configuration is wrong; the message says where.",
    "Correct it; `switchyard config schema` describes the file.",
  ),
  variable_unset: error(
    "The configuration refers to an environment variable that is not set.",
    "Set it where the gateway is started, or write a default: ${NAME:-default}.",
  ),
  port_free: ok("Nothing else uses the port on which the gateway will listen."),
  gateway_running: ok("A gateway of this configuration runs and answers."),
  port_in_use: error(
    "Another program uses the port on which the gateway should listen.",
    "Stop it, or choose another port with listen.port or `serve --port`.",
  ),
  listen_impossible: error(
    "The gateway may not or cannot listen at the configured address.",
    "Set listen.host to 127.0.0.1, and listen.port to a number from 1024 on.",
  ),
  gateway_silent: warning(
    "The gateway that was started last is still there, and does not answer.",
    "Look at its log, or stop it and start it again.",
  ),
  gateway_note_stale: warning(
    "A gateway was killed and left the note of where it listened.",
    "`switchyard doctor --fix` removes the note.",
    true,
  ),
  data_dir_usable: ok("The gateway's own folder is there and can be written to."),
  data_dir_missing: ok("The gateway's own folder is not there yet; it is made when something is to be kept.", true),
  data_dir_unusable: error(
    "The gateway's own folder cannot be written to, so no login is kept.",
    "Correct its owner or permissions, or name another folder as dataDir.",
  ),
  disk_low: warning("Less than 100 MiB are free where the gateway keeps its files.", "Free some space."),
  secrets_exposed: warning(
    "Other users of this machine can read a file with logins.",
    "`switchyard doctor --fix` takes their permission away.",
    true,
  ),
  command_found: ok("The command of a server is there and may be run."),
  command_missing: error(
    "The command of a server is not on PATH, or not where its path leads.",
    "Install it, or correct `command`; a program that is not on the gateway's PATH needs its whole path.",
  ),
  folder_missing: error("The `cwd` of a server is no folder.", "Correct `cwd`, or make the folder."),
  address_reachable: ok("Something answers at the address of a server."),
  address_unresolvable: error(
    "The host name of a server has no address.",
    "Correct the host name in `url`, or the machine's name resolution.",
  ),
  address_unreachable: error(
    "Nothing answers at the address of a server.",
    "Start the server, or correct host and port in `url`.",
  ),
  address_untrusted: error(
    "The certificate of a server is not trusted.",
    "Correct the certificate, or name its authority in NODE_EXTRA_CA_CERTS.",
  ),
  clock_skewed: warning(
    "This machine's clock differs from a server's by more than a minute, so tokens seem to be out of their time.",
    "Set the clock; let the system keep it by NTP.",
  ),
  upstream_ready: ok("A server answers, and its lists were read."),
  upstream_starting: warning("The running gateway is still starting a server.", "Look again in a moment."),
  upstream_down: error(
    "A server does not start, or does not speak MCP as it should.",
    "Run its command by hand, or look at its own log.",
  ),
  login_needed: warning("A server wants a login that only a person can do.", "Run `switchyard login NAME`."),
  credentials_refused: error(
    "A server refuses the credentials that the configuration or the login gives it.",
    "Correct its headers or env; or `switchyard logout NAME`, then `switchyard login NAME`.",
  ),
  logins_unreadable: error(
    "The file with the logins cannot be unlocked or read.",
    "Set SWITCHYARD_SECRET to what it was; or delete logins.enc in the data folder, and log in again.",
  ),
} as const satisfies Record<string, FindingRow>;

/** The name of one row of {@link findingTable}. */
export type FindingCode = keyof typeof findingTable;

/** One thing that was looked at, and how it is. Holds no secret. */
export interface Finding {
  readonly code: FindingCode;
  /** What was looked at: a server's name, `configuration`, `port`, `data folder`, `Node`. */
  readonly subject: string;
  readonly message: string;
  /** Instead of that of the table, where more is known. */
  readonly suggestion?: string;
  /** Lines that say more, such as the last ones of a server's stderr. */
  readonly detail?: readonly string[];
  /** Repairs it, and says what it did. There for what the table calls fixable. */
  readonly fix?: () => Promise<string>;
}

/** How bad a finding is. */
export function severityOf({ code }: Finding): FindingSeverity {
  return findingTable[code].severity;
}

/** What to do about a finding; empty where all is well. */
export function suggestionOf({ code, suggestion }: Finding): string {
  return suggestion ?? findingTable[code].suggestion;
}
