import { stat } from "node:fs/promises";
import type { Config } from "../../config/config.ts";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../../core/json.ts";
import { startSwitchyard } from "../../gateway.ts";
import type { StdioTarget, UpstreamOptions } from "../../upstream/options.ts";
import { type Context, loginOptions } from "../context.ts";
import { checkAddress } from "./address.ts";
import { findCommand } from "./find-command.ts";
import { type Finding, severityOf } from "./finding.ts";

/** Lines of a server's stderr that a finding shows. */
const stderrShown = 5;

/** What the running gateway says of an upstream, in its status. */
export type KnownStatus = JsonObject | undefined;

/**
 * Looks at one server: its command or address, then, where that is right, a handshake; of a gateway that runs, what it knows.
 *
 * Nothing that was started is left behind, also where `signal` of the context fires.
 */
export async function checkUpstream(
  upstream: UpstreamOptions,
  known: KnownStatus,
  config: Config,
  context: Context,
): Promise<readonly Finding[]> {
  const before = await checkTarget(upstream, context);
  if (before.some((finding) => severityOf(finding) === "error")) return before;
  const status = known ?? (await statusAfterHandshake(upstream, config, context));
  return [...before, findingOn(upstream.name, status)];
}

async function checkTarget({ name, target }: UpstreamOptions, context: Context): Promise<readonly Finding[]> {
  if (target.kind === "channel" || target.kind === "connector") return [];
  return target.kind === "stdio" ? checkCommand(name, target, context) : checkAddress(name, target.url);
}

async function checkCommand(subject: string, target: StdioTarget, { env, cwd }: Context): Promise<readonly Finding[]> {
  const { command, cwd: folder = cwd } = target;
  if (!(await isFolder(folder))) {
    return [{ code: "folder_missing", subject, message: `its cwd ${folder} is no folder` }];
  }
  const path = target.env["PATH"] ?? env["PATH"] ?? env["Path"] ?? "";
  const found = await findCommand(command, { platform: process.platform, path, pathExt: env["PATHEXT"], cwd: folder });
  if (found !== undefined)
    return [
      { code: "command_found", subject, message: found === command ? `${found} is there` : `${command} is ${found}` },
    ];
  const where = /[\\/]/.test(command) ? `there is no program at ${command}` : `${command} is not on PATH`;
  return [{ code: "command_missing", subject, message: where }];
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

async function statusAfterHandshake(upstream: UpstreamOptions, config: Config, context: Context): Promise<JsonObject> {
  await using switchyard = startSwitchyard({ upstreams: [upstream], oauth: loginOptions(config, context) });
  const stop = (): void => void switchyard.close();
  context.signal.addEventListener("abort", stop);
  await switchyard.tried;
  context.signal.removeEventListener("abort", stop);
  // As the status travels, so that both ways of asking are read alike.
  const [status]: unknown[] = JSON.parse(JSON.stringify(switchyard.status().upstreams));
  return isJsonObject(status) ? status : {};
}

function findingOn(subject: string, status: JsonObject): Finding {
  const state = objectAt(status, "state") ?? {};
  const problem = objectAt(state, "problem") ?? {};
  const message = stringAt(problem, "message") ?? "it does not answer";
  switch (state["kind"]) {
    case "ready":
      return stringAt(status, "authorizationUrl") === undefined
        ? { code: "upstream_ready", subject, message: readyText(status) }
        : loginNeeded(subject, "some calls need more rights than the login has");
    case "starting":
      return { code: "upstream_starting", subject, message: "is being started" };
    case "awaiting_login":
      return loginNeeded(subject, message);
    default:
      return findingOnProblem(subject, stringAt(problem, "code"), message, problem, status);
  }
}

function findingOnProblem(
  subject: string,
  code: string | undefined,
  message: string,
  problem: JsonObject,
  status: JsonObject,
): Finding {
  if (code === "login_required") return loginNeeded(subject, message);
  if (code === "logins_unreadable") return { code, subject, message };
  if (code === "upstream_refused_credentials" || code === "login_failed") {
    return { code: "credentials_refused", subject, message };
  }
  const lines = Array.isArray(status["stderr"]) ? status["stderr"].map(String).slice(-stderrShown) : [];
  const suggestion = stringAt(problem, "suggestion");
  return {
    code: "upstream_down",
    subject,
    message,
    detail: lines,
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

function loginNeeded(subject: string, message: string): Finding {
  return { code: "login_needed", subject, message, suggestion: `Run \`switchyard login ${subject}\`.` };
}

function readyText(status: JsonObject): string {
  const tools = (objectAt(status, "counts") ?? {})["tools"];
  return `answers, with ${String(tools)} tool${tools === 1 ? "" : "s"}, in revision ${stringAt(status, "revision") ?? "?"}`;
}
