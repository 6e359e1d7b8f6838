import { relative } from "node:path";
import { changeFile } from "../../config/change-file.ts";
import { switchServer, switchTool } from "../../config/edit-server.ts";
import { systemClock } from "../../core/clock.ts";
import { type JsonObject, isJsonObject, objectAt } from "../../core/json.ts";
import { type ClientOptions, gatewayOf } from "../reached.ts";
import { type Context, chooseConfig } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { askGateway, findRunning } from "../running.ts";
import { printable } from "../terminal.ts";
import { stateText } from "./operate.ts";

export interface SwitchOptions extends ClientOptions {
  /** Only the running gateway, and only until it ends. */
  readonly temporary?: boolean;
}

/** What is switched: a server, or one of its tools. */
interface Subject {
  readonly name: string;
  readonly tool: string | undefined;
}

/**
 * Enables or disables a server, or one tool of it: in the configuration's file, and in the gateway where one runs.
 *
 * @throws {GatewayError} `upstream_unavailable` — no gateway runs and there is no file, or only the gateway was meant; `route_not_found`,
 *   `usage` — there is no such server or tool; `invalid_config`.
 */
export async function switchOn(
  address: string,
  isEnabled: boolean,
  context: Context,
  options: SwitchOptions,
): Promise<number> {
  const [name = "", ...rest] = address.split("/");
  const subject: Subject = { name, tool: rest.length === 0 ? undefined : rest.join("/") };
  const file = options.temporary === true ? undefined : await fileAlone(context, options);
  if (file === undefined) return throughGateway(subject, isEnabled, context, options);
  await changeFile(file, { cwd: context.cwd, clock: systemClock }, (before) => {
    if (subject.tool === undefined) return switchServer(before, file, name, isEnabled);
    return switchTool(before, file, name, subject.tool, isEnabled);
  });
  const shown = relative(context.cwd, file) || file;
  const word = isEnabled ? "enabled" : "disabled";
  if (options.json === true) context.terminal.out(JSON.stringify({ ...subject, isEnabled, isTemporary: false, file }));
  else context.terminal.out(printable(`${address} is ${word} in ${shown}. No gateway runs.`));
  return exitCodes.ok;
}

/** The file to change where no gateway runs that would change it. */
async function fileAlone(context: Context, options: ClientOptions): Promise<string | undefined> {
  if (options.url !== undefined) return undefined;
  const { source, dataDir } = (await chooseConfig(context, options)).config;
  return source.kind === "none" || (await findRunning(dataDir)) !== undefined ? undefined : source.path;
}

async function throughGateway(
  { name, tool }: Subject,
  isEnabled: boolean,
  context: Context,
  options: SwitchOptions,
): Promise<number> {
  const url = await gatewayOf(context, options);
  const part = tool === undefined ? "" : `/tools/${encodeURIComponent(tool)}`;
  const path = `/api/upstreams/${encodeURIComponent(name)}${part}/${isEnabled ? "enable" : "disable"}`;
  const answered = await askGateway(url, path, { body: { temporary: options.temporary === true } });
  const answer = isJsonObject(answered) ? answered : {};
  if (options.json === true) context.terminal.out(JSON.stringify({ name, tool, isEnabled, ...answer }));
  else context.terminal.out(text({ name, tool }, isEnabled, answer));
  if (answer["isTemporary"] === true && options.temporary !== true) {
    context.terminal.note("This ends with the gateway, which was started without a configuration file.");
  }
  return exitCodes.ok;
}

function text({ name, tool }: Subject, isEnabled: boolean, answer: JsonObject): string {
  if (tool === undefined) return stateText(name, objectAt(answer, "state") ?? {});
  return printable(`${name}/${tool} is ${isEnabled ? "enabled" : "disabled"}`);
}
