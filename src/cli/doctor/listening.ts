import { rm } from "node:fs/promises";
import { createServer } from "node:net";
import { isAsked } from "../../access/options.ts";
import type { Config } from "../../config/config.ts";
import { checkListen } from "../../server/guard.ts";
import { GatewayError } from "../../core/errors.ts";
import { type NotedGateway, type Reached, answers, notedGateway } from "../running.ts";
import type { Finding } from "./finding.ts";

/** What was found about the address, and where the gateway of this configuration listens, if it does. */
export interface CheckedListening {
  readonly findings: readonly Finding[];
  readonly running: Reached | undefined;
}

/** Looks for the running gateway and, where there is none, whether one could listen. */
export async function checkListening({ listen, auth, dataDir }: Config): Promise<CheckedListening> {
  const noted = await notedGateway(dataDir);
  if (noted !== undefined && (await answers(noted.url))) {
    const message = `runs at ${noted.url}, process ${String(noted.pid)}`;
    return { findings: [{ code: "gateway_running", subject: "gateway", message }], running: noted };
  }
  const left = noted === undefined ? [] : [leftOver(noted)];
  return { findings: [...left, await checkPort({ listen, auth })], running: undefined };
}

function leftOver({ url, pid, file }: NotedGateway): Finding {
  if (typeof pid === "number" && isAlive(pid)) {
    return { code: "gateway_silent", subject: "gateway", message: `process ${pid} does not answer at ${url}` };
  }
  return {
    code: "gateway_note_stale",
    subject: "gateway",
    message: `${file} names one at ${url}, which is gone`,
    fix: async () => {
      await rm(file, { force: true });
      return `Removed ${file}`;
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (thrown) {
    return thrown instanceof Error && "code" in thrown && thrown.code === "EPERM";
  }
}

async function checkPort({ listen, auth }: Pick<Config, "listen" | "auth">): Promise<Finding> {
  const { host, port } = listen;
  try {
    checkListen(listen, isAsked(auth));
  } catch (thrown) {
    if (!(thrown instanceof GatewayError)) throw thrown;
    return { code: "listen_impossible", subject: "port", message: thrown.message };
  }
  const reason = await tryToListen(host, port);
  const address = `${host}, port ${port}`;
  if (reason === undefined) {
    const message = port === 0 ? "any free one is taken" : `${port} on ${host} is free`;
    return { code: "port_free", subject: "port", message };
  }
  if (reason !== "EADDRINUSE") {
    return { code: "listen_impossible", subject: "port", message: `listening at ${address} fails: ${reason}` };
  }
  const isOurs = await answers(`http://${host.includes(":") ? `[${host}]` : host}:${port}`);
  const who = isOurs ? "a gateway of another configuration" : "another program";
  return { code: "port_in_use", subject: "port", message: `${port} on ${host} is in use by ${who}` };
}

/** The reason why nobody can listen there; undefined where that works. */
async function tryToListen(host: string, port: number): Promise<string | undefined> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  server.once("error", (error: NodeJS.ErrnoException) => {
    resolve(error.code ?? "unknown");
  });
  server.listen(port, host, () => {
    server.close(() => {
      resolve(undefined);
    });
  });
  return promise;
}
