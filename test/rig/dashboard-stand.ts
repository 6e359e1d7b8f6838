import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type JsonObject, isJsonObject } from "../../src/core/json.ts";
import { type Command, runCommand, startCommand } from "./command-line.ts";
import { scriptOf } from "./npm-servers.ts";
import type { Rig } from "./rig.ts";
import { until } from "./until.ts";

/** A gateway as people run it, for the dashboard: a program with a file and a data folder of its own. */
export class DashboardStand implements AsyncDisposable {
  readonly folder: string;
  #command: Command | undefined;
  #port = 0;

  constructor(folder: string, config: JsonObject) {
    this.folder = folder;
    writeFileSync(join(folder, "switchyard.json"), JSON.stringify(config));
  }

  /** Starts it, on the port of the one before. */
  async start(): Promise<void> {
    const args = ["serve", "--json", "--port", String(this.#port)];
    const command = startCommand(args, this.folder);
    this.#command = command;
    await command.says(/"event":"listening"/);
    this.#port = Number(/127\.0\.0\.1:(\d+)/.exec(command.stdout())?.[1]);
  }

  async stop(): Promise<void> {
    this.#command?.kill("SIGTERM");
    await this.#command?.exited;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Asks the REST side; the body of the answer. */
  async api(path: string, json?: JsonObject, method = json === undefined ? "GET" : "POST"): Promise<JsonObject> {
    const headers = { "content-type": "application/json", connection: "close" };
    const body = json === undefined ? {} : { body: JSON.stringify(json) };
    const value: unknown = await (await fetch(`${this.origin}${path}`, { method, headers, ...body })).json();
    return isJsonObject(value) ? value : {};
  }

  /** How an upstream stands. */
  async upstream(name: string): Promise<JsonObject> {
    const { upstreams } = await this.api("/api/status");
    const found = Array.isArray(upstreams)
      ? upstreams.find((each) => isJsonObject(each) && each["name"] === name)
      : undefined;
    return isJsonObject(found) ? found : {};
  }

  /** Resolves once an upstream is in this state. */
  async reaches(name: string, kind: string): Promise<void> {
    await until(async () => {
      const { state } = await this.upstream(name);
      return isJsonObject(state) && state["kind"] === kind;
    }, `${name} is ${kind}`);
  }

  /** Makes a key, as a person does on the gateway's machine. */
  async makeKey(
    name: string,
    role: string,
    grants: readonly string[] = [],
  ): Promise<{ readonly id: string; readonly text: string }> {
    const { stdout, stderr } = await runCommand(
      ["keys", "create", name, "--role", role, ...grants.flatMap((grant) => ["--grant", grant])],
      this.folder,
    );
    const said = `${stdout}\n${stderr}`;
    const [text] = /swy_\S+/.exec(said) ?? [];
    const [, id] = /called (\w+);/.exec(said) ?? [];
    if (text === undefined || id === undefined) throw new Error(`no key was made: ${stderr}`);
    return { id, text };
  }

  async revokeKey(id: string): Promise<void> {
    const { status, stderr } = await runCommand(["keys", "revoke", id], this.folder);
    if (status !== 0) throw new Error(stderr);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#command?.[Symbol.asyncDispose]();
  }
}

/** The reference server `everything`, as a configuration names it. */
export const everything: JsonObject = { command: process.execPath, args: [scriptOf("everything")] };

/** A gateway with much to see, for pictures: real servers, and `more` of them, one that is down, calls, a job, a key. */
export async function demoGateway(
  rig: Rig,
  folder: string,
  more: JsonObject = {},
): Promise<{ readonly origin: string; readonly jobId: string; readonly callId: string }> {
  const stand = rig.use(
    new DashboardStand(folder, {
      mcpServers: {
        everything: { ...everything, command: "node" },
        files: { command: "node", args: [scriptOf("filesystem"), folder] },
        memory: {
          command: "node",
          args: [scriptOf("memory")],
          env: { MEMORY_FILE_PATH: join(folder, "memory.json") },
        },
        cashflow: {
          connector: "cashflow",
          config: { dir: fileURLToPath(new URL("../../examples/cashflow", import.meta.url)) },
        },
        ...more,
        // Nobody listens there.
        tracker: { url: "http://127.0.0.1:9/mcp" },
      },
      alerts: { upstream_down: { forMs: 0 } },
      slo: { tools: { "files/*": { withinMs: 50, withinTarget: 90 } } },
    }),
  );
  await stand.start();
  for (const name of ["everything", "files", "memory", "cashflow", ...Object.keys(more)])
    await stand.reaches(name, "ready");
  const call = (tool: string, args: JsonObject): Promise<JsonObject> =>
    stand.api("/api/call", { tool, arguments: args });
  for (let round = 0; round < 12; round += 1) {
    await call("everything__get-sum", { a: round % 4, b: 2 });
    await call("everything__echo", { message: `message ${round % 5}` });
    await call("files__list_directory", { path: folder });
    await call("memory__read_graph", {});
  }
  await call("files__read_text_file", { path: "/etc/nothing" });
  await call("tracker__list", {});
  await stand.api("/api/keys", { name: "laptop of Ada", role: "operator" });
  await stand.api("/api/keys", { name: "nightly report", role: "user", grants: ["cashflow", "files/read_*"] });
  const operations = Array.from({ length: 40 }, (_, index) => ({
    type: "tool_call",
    parameters: {
      tool_name: index % 9 === 4 ? "files__read_text_file" : "everything__echo",
      arguments: index % 9 === 4 ? { path: `/missing/${index}` } : { message: `row ${index}` },
    },
  }));
  const { jobId } = await stand.api("/api/jobs", { operations });
  await stand.api("/api/schedules?cron=0%203%20*%20*%20*&zone=Europe/Berlin&name=nightly%20look", {
    operations: operations.slice(0, 3),
  });
  const { rows } = await stand.api("/api/calls?kind=call&tool=get-sum&limit=12");
  const last: unknown = Array.isArray(rows) ? rows.at(-1) : undefined;
  return { origin: stand.origin, jobId: String(jobId), callId: isJsonObject(last) ? String(last["id"]) : "" };
}
