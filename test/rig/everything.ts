import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { scriptOf } from "./npm-servers.ts";

/** The reference server `everything` as a process that is reached over HTTP. */
export interface Everything extends AsyncDisposable {
  readonly port: number;
  /** Where it is reached: over HTTP+SSE, its event stream. */
  readonly url: string;
  /** Kills it outright; resolves when it has ended. */
  kill(): Promise<void>;
}

/** Starts it on this port, or on a free one. */
export async function everythingOver(transport: "sse" | "streamableHttp", port = 0): Promise<Everything> {
  const printPort = fileURLToPath(new URL("print-port.mjs", import.meta.url));
  const child = spawn(process.execPath, ["--import", printPort, scriptOf("everything"), transport], {
    env: { ...process.env, PORT: String(port) },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const exited = once(child, "exit");
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
    const found = /listens on port (\d+)\n/.exec(said)?.[1];
    if (found !== undefined) resolve(Number(found));
  });
  child.on("exit", () => {
    reject(new Error(`the server has ended: ${said}`));
  });
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await exited;
  };
  const bound = await promise;
  return {
    port: bound,
    url: `http://127.0.0.1:${bound}/${transport === "sse" ? "sse" : "mcp"}`,
    kill,
    [Symbol.asyncDispose]: kill,
  };
}
