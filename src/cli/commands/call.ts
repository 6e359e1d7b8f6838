import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { errorTable } from "../../core/error-table.ts";
import { GatewayError, messageOf } from "../../core/errors.ts";
import { type JsonObject, isJsonObject } from "../../core/json.ts";
import type { Notification } from "../../protocol/call.ts";
import type { RpcError } from "../../protocol/json-rpc.ts";
import { connectTo } from "../client.ts";
import { type ClientOptions } from "../reached.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { progressLine, resultText } from "../result-text.ts";

export interface CallToolOptions extends ClientOptions {
  readonly args?: string;
}

/** Calls `upstream/tool` once and prints its result. Ctrl-C cancels the call. */
export async function callTool(address: string, context: Context, options: CallToolOptions): Promise<number> {
  const { upstream, tool } = split(address);
  const args = await argumentsOf(options.args, context);
  const client = await connectTo(upstream, context, options);
  try {
    const { answer } = await client.connection.call(
      {
        method: "tools/call",
        params: { name: tool, arguments: args },
        meta: undefined,
        progressToken: 1,
        logLevel: undefined,
        caller: { info: undefined, capabilities: {} },
      },
      {
        signal: context.signal,
        onNotification: (notification) => {
          showProgress(notification, context);
        },
      },
    );
    context.terminal.endProgress();
    if (answer.kind === "error") throw errorOf(answer.error);
    return print(answer.result.value, context, options);
  } finally {
    await client.close();
  }
}

function split(address: string): { readonly upstream: string; readonly tool: string } {
  const at = address.indexOf("/");
  if (at < 1 || at === address.length - 1) {
    throw new GatewayError("usage", `A tool is named upstream/tool, got ${JSON.stringify(address)}`);
  }
  return { upstream: address.slice(0, at), tool: address.slice(at + 1) };
}

async function argumentsOf(given: string | undefined, { cwd }: Context): Promise<JsonObject> {
  if (given === undefined) return {};
  const text = given.startsWith("@") ? await textOf(resolve(cwd, given.slice(1))) : given;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    throw new GatewayError("usage", `--args must be a JSON object: ${messageOf(thrown)}`, { cause: thrown });
  }
  if (!isJsonObject(value))
    throw new GatewayError("usage", '--args must be a JSON object, such as \'{"message":"hi"}\'');
  return value;
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (thrown) {
    throw new GatewayError("usage", `--args names the file ${path}, which cannot be read`, { cause: thrown });
  }
}

function showProgress({ method, params }: Notification, { terminal }: Context): void {
  if (method === "notifications/progress") terminal.progress(progressLine(params));
}

/** An error that came over the wire as one to end the command with; ours keeps its code. */
function errorOf({ code, message, data }: RpcError): GatewayError {
  const own = isJsonObject(data) && data["gateway"] === true ? data["code"] : undefined;
  const known = Object.keys(errorTable).find((name): name is keyof typeof errorTable => name === own);
  if (known !== undefined) return new GatewayError(known, message);
  return new GatewayError("internal_error", `The upstream answered with an error: ${message} (${code})`, {
    data: { suggestion: "The error is the upstream's own." },
  });
}

function print(result: JsonObject, { terminal }: Context, { json }: CallToolOptions): number {
  const hasFailed = result["isError"] === true;
  if (json === true) terminal.out(JSON.stringify(result));
  else if (hasFailed) terminal.note(resultText(result));
  else terminal.out(resultText(result));
  return hasFailed ? exitCodes.toolFailed : exitCodes.ok;
}
