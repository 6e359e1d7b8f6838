import type { Category, Severity } from "../core/error-table.ts";

/** What can be said of one kind of failure that happens behind a tool. */
export interface CauseRow {
  readonly severity: Severity;
  readonly category: Category;
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean;
  /** What the person who runs the system should do. */
  readonly suggestion: string;
  /** What the model that made the call should do, where that is something else. */
  readonly forModel?: string;
}

/**
 * What goes wrong in the systems behind tools, as far as their words say it.
 *
 * These codes are never Switchyard's own failures, which `core/error-table.ts` has: no code is in both. Where several causes can be read
 * from one text, the first of this table that fits is the cause, so that the narrower stands before the wider.
 */
export const causeTable = {
  memory_exhausted: {
    severity: "CRITICAL",
    category: "system",
    retryable: false,
    suggestion: "Give the process that failed more memory, or have it work on less at once.",
    forModel: "Ask for less at once: fewer rows, fewer fields, a shorter period.",
  },
  disk_full: {
    severity: "CRITICAL",
    category: "system",
    retryable: false,
    suggestion: "Free space on the disk of the system behind the tool, or give it a larger one.",
    forModel: "Tell the user that the disk behind the tool is full. Write nothing until there is room.",
  },
  too_many_open_files: {
    severity: "HIGH",
    category: "system",
    retryable: true,
    suggestion: "Raise the limit of open files (`ulimit -n`) of the server, or find out what it leaves open.",
    forModel: "Wait a moment, then call again, one call at a time.",
  },
  read_only_system: {
    severity: "HIGH",
    category: "system",
    retryable: false,
    suggestion: "Make the file system or database writable again, or point the tool at its primary.",
    forModel: "Nothing can be written there now. Go on reading, and tell the user.",
  },
  modified_meanwhile: {
    severity: "MEDIUM",
    category: "data",
    retryable: false,
    suggestion: "Somebody changed it since it was read. Read it again, and apply the change to what is there now.",
  },
  locked: {
    severity: "MEDIUM",
    category: "performance",
    retryable: true,
    suggestion:
      "Something else holds the lock. Try again in a moment; where it happens often, see what holds it so long.",
    forModel: "Try again in a moment. Do not send several changes of one thing at once.",
  },
  still_referenced: {
    severity: "MEDIUM",
    category: "data",
    retryable: false,
    suggestion:
      "Other data refers to it. Change or remove what refers to it first, or disable it instead of deleting it.",
  },
  reference_broken: {
    severity: "MEDIUM",
    category: "validation",
    retryable: false,
    suggestion: "A value names something that does not exist. Look up the exact name first, or create what it names.",
  },
  duplicate: {
    severity: "MEDIUM",
    category: "data",
    retryable: false,
    suggestion: "It exists already. Change the one that is there, or choose another name or key.",
  },
  value_missing: {
    severity: "MEDIUM",
    category: "validation",
    retryable: false,
    suggestion: "A value that is required was not given. Give every required field, also those of rows in tables.",
  },
  too_many_requests: {
    severity: "MEDIUM",
    category: "performance",
    retryable: true,
    suggestion: "Call less often, or have the limit of the system behind the tool raised.",
    forModel: "Wait before the next call, as long as the message says where it says so, and make fewer calls.",
  },
  quota_exceeded: {
    severity: "MEDIUM",
    category: "performance",
    retryable: false,
    suggestion: "What may be used there is used up. Raise the quota or its plan, or wait until it begins anew.",
    forModel: "Do not repeat the call: the quota is used up. Tell the user which one.",
  },
  authentication_failed: {
    severity: "HIGH",
    category: "security",
    retryable: false,
    suggestion:
      "Correct or renew the credentials that the server uses: key, token, password, or login that has expired.",
    forModel: "Do not repeat the call. Tell the user that the tool's credentials are not accepted.",
  },
  permission_denied: {
    severity: "HIGH",
    category: "security",
    retryable: false,
    suggestion: "Give the account that the server uses the right that the message names, or use another account.",
    forModel: "Do not look for a way around it. Tell the user which right is missing, or use what is allowed.",
  },
  tls_failed: {
    severity: "HIGH",
    category: "security",
    retryable: false,
    suggestion: "See to the certificate: expired, of another name, or of an authority that the server does not know.",
    forModel: "Do not repeat the call. Tell the user that the certificate behind the tool is not accepted.",
  },
  host_lookup_failed: {
    severity: "HIGH",
    category: "network",
    retryable: true,
    suggestion: "Name resolution failed for now. See to DNS on the machine where the server runs.",
    forModel: "Try again in a moment; tell the user if it lasts.",
  },
  host_unknown: {
    severity: "HIGH",
    category: "network",
    retryable: false,
    suggestion: "No such host name. Correct the address in the server's settings.",
    forModel: "If you gave the address, correct it; else tell the user that the tool's address is wrong.",
  },
  host_unreachable: {
    severity: "HIGH",
    category: "network",
    retryable: true,
    suggestion:
      "There is no way to that host now. See to network, firewall and VPN of the machine where the server runs.",
    forModel: "Try again later; tell the user if it lasts.",
  },
  connection_refused: {
    severity: "HIGH",
    category: "network",
    retryable: true,
    suggestion: "Nothing listens there. Start the system behind the tool, or correct host and port.",
    forModel: "Try again later; tell the user that the system behind the tool does not answer.",
  },
  timed_out: {
    severity: "HIGH",
    category: "performance",
    retryable: true,
    suggestion: "It took longer than it may. See what the system behind the tool is busy with, or raise its timeout.",
    forModel:
      "Ask for less at once: fewer rows, a shorter period, a narrower filter. Check whether a change was made before you repeat it.",
  },
  connection_lost: {
    severity: "HIGH",
    category: "network",
    retryable: true,
    suggestion:
      "The connection broke on the way. See whether the system behind the tool was restarted, or a proxy cut it off.",
    forModel: "Check whether a change was made before you repeat the call.",
  },
  service_unavailable: {
    severity: "HIGH",
    category: "network",
    retryable: true,
    suggestion: "The system behind the tool serves nobody at present: overloaded, in maintenance, or starting.",
    forModel: "Try again later, not at once.",
  },
  dependency_missing: {
    severity: "HIGH",
    category: "system",
    retryable: false,
    suggestion: "Install the module or program that the message names where the server runs, or correct its spelling.",
    forModel: "The tool lacks a part of itself. Do without it, and tell the user what to install.",
  },
  field_unknown: {
    severity: "MEDIUM",
    category: "validation",
    retryable: false,
    suggestion: "There is no field or column of that name. Look up which there are, and correct the spelling.",
  },
  syntax_invalid: {
    severity: "MEDIUM",
    category: "validation",
    retryable: false,
    suggestion: "What was written is no valid query or code. Correct it where the message points.",
  },
  data_malformed: {
    severity: "MEDIUM",
    category: "data",
    retryable: false,
    suggestion:
      "Something that should be JSON, XML, CSV or text of a certain encoding is not. See what was really sent.",
    forModel:
      "If you gave the data, write it anew as valid JSON or text; else the system answered with something else: tell the user.",
  },
  too_large: {
    severity: "MEDIUM",
    category: "validation",
    retryable: false,
    suggestion: "It is larger than the system takes. Send it in parts, shorten it, or raise that system's limit.",
  },
  state_conflict: {
    severity: "MEDIUM",
    category: "data",
    retryable: false,
    suggestion: "In its present state that cannot be done with it. Read its state, and take the step that comes first.",
  },
  not_found: {
    severity: "MEDIUM",
    category: "data",
    retryable: false,
    suggestion: "It does not exist, or not under that name. List or search what there is, and use the exact name.",
  },
  unsupported: {
    severity: "LOW",
    category: "validation",
    retryable: false,
    suggestion: "That is not something which this system or this version of it can do. Use another operation or value.",
  },
  value_invalid: {
    severity: "MEDIUM",
    category: "validation",
    retryable: false,
    suggestion:
      "A value is not one that is allowed there. Correct what the message names: its type, its format, its range.",
  },
  operation_cancelled: {
    severity: "LOW",
    category: "system",
    retryable: false,
    suggestion: "Somebody, or a limit of the system behind the tool, stopped it before it was done.",
  },
  process_ended: {
    severity: "HIGH",
    category: "system",
    retryable: false,
    suggestion: "The program that did the work was killed or crashed. Its own log, or the kernel's, says why.",
    forModel: "Ask for less at once; do not repeat the same call. Check whether a change was made.",
  },
  tool_defect: {
    severity: "HIGH",
    category: "system",
    retryable: false,
    suggestion:
      "The tool's own program failed. Report it to its authors, with the arguments and the text of the error.",
    forModel: "Try other arguments once; if it fails again, do without this tool and tell the user.",
  },
  failure_unrecognised: {
    severity: "MEDIUM",
    category: "system",
    retryable: false,
    suggestion: "Read the text of the error; the log of the server (`switchyard logs NAME`) may say more.",
    forModel: "Read the text of the error, and correct the call where it says how.",
  },
} as const satisfies Record<string, CauseRow>;

/** The name of one row of {@link causeTable}. */
export type CauseCode = keyof typeof causeTable;
