import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { AlertOptions } from "../alerts/alert-options.ts";
import { Choice, withChosen } from "../core/choice.ts";
import type { Clock } from "../core/clock.ts";
import { GatewayError, toGatewayError } from "../core/errors.ts";
import type { Role } from "../core/role.ts";
import type { ConfigAuthor, Fact } from "../events/fact.ts";
import type { CatalogOptions } from "../gateway/catalog-options.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { mayTakeOver } from "../gateway/roster.ts";
import type { WrittenPolicies } from "../policy/call-policy.ts";
import type { Settings } from "../server/settings.ts";
import type { DeskOutcome, UpstreamDesk } from "../server/upstream-desk.ts";
import { groupOf, groupPattern, isAlwaysOn } from "../upstream/disabled-tools.ts";
import type { UpstreamOptions } from "../upstream/options.ts";
import { isUp } from "../upstream/state.ts";
import { changeFile } from "./change-file.ts";
import type { Config } from "./config.ts";
import { type Running, differenceBetween, isEmptyDifference } from "./difference.ts";
import { changeServer, limitTool, switchServer, switchTool } from "./edit-server.ts";
import { addServer, checkEntry, removeServer } from "./edit.ts";
import { loadConfig } from "./load.ts";
import { parseConfig } from "./parse.ts";
import { readSettings, usualSettings } from "./settings.ts";

/** What a live configuration works on. */
export interface LiveConfigDeps {
  readonly gateway: Pick<Gateway, "upstream" | "upstreams" | "reconfigure" | "roster">;
  /** What the gateway was started with. */
  readonly running: Running;
  /** The file that it was read from; undefined where there is none. */
  readonly file: string | undefined;
  /** What references stand for, and where relative paths start without a file. */
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly clock: Clock;
  readonly tell: (fact: Fact) => void;
  /** Makes this what is watched, and expected of tools. */
  readonly watch: (alerts: AlertOptions) => void;
}

/**
 * The configuration of a gateway that runs: takes up changes of its file, makes those that operators want in the file and in the gateway,
 * and tells of each as one fact.
 *
 * A change is checked whole before anything happens, and one is made at a time. Without a file, and for what is to be temporary, only the
 * gateway changes.
 */
export class LiveConfig implements UpstreamDesk {
  readonly #deps: LiveConfigDeps;
  #running: Running;
  #turn: Promise<unknown> = Promise.resolve();
  readonly #startedAt: number;

  constructor(deps: LiveConfigDeps) {
    this.#deps = deps;
    this.#running = deps.running;
    this.#startedAt = deps.clock.now();
  }

  /**
   * Reads the file again and takes up what changed; resolves with what it says, and whether anything that runs differs, when all of that
   * has been tried once.
   *
   * @throws {GatewayError} `invalid_config` — what runs stays.
   */
  async readAgain(): Promise<{ readonly config: Config; readonly isChanged: boolean }> {
    const { file, env, cwd } = this.#deps;
    const { config, taken } = await this.#inTurn("file", async () => {
      const read = await loadConfig(file, env, cwd);
      return { config: read, taken: this.#take(read, "file") };
    });
    await taken.settled;
    return { config, isChanged: taken.isChanged };
  }

  /** Makes this the configuration, as the program that holds the gateway wants it; resolves when all of it has been tried once. */
  async replace(
    upstreams: readonly UpstreamOptions[],
    catalog?: CatalogOptions,
    policies?: WrittenPolicies,
  ): Promise<void> {
    const { settled } = await this.#inTurn("operator", () => {
      const running = this.#running;
      const next = {
        ...running,
        upstreams,
        catalog: catalog ?? running.catalog,
        policies: policies ?? running.policies,
      };
      return Promise.resolve(this.#take(next, "operator"));
    });
    await settled;
  }

  async add(name: string, server: unknown): Promise<DeskOutcome> {
    const { file } = this.#deps;
    return this.#inTurn("operator", async () => {
      const entry = checkEntry(name, server);
      if (file !== undefined) return this.#write(file, (text) => addServer(text, file, name, entry), name);
      const isTaken = this.#running.upstreams.some((each) => each.name === name);
      if (isTaken)
        throw new GatewayError("usage", `There is an upstream "${name}" already; change it, or remove it first`);
      const { options, policies } = this.#resolved(name, server);
      return this.#hold([...this.#running.upstreams, options], policies);
    });
  }

  async change(name: string, server: unknown): Promise<DeskOutcome> {
    const { file, gateway } = this.#deps;
    const before = gateway.upstream(name);
    const { options, policies } = await this.#inTurn("operator", () => Promise.resolve(this.#resolved(name, server)));
    // Not in turn: it may take as long as a server may take to start.
    const candidate = isUp(before.state) ? await gateway.roster.prepare(options) : undefined;
    try {
      return await this.#inTurn("operator", async () => {
        if (candidate !== undefined && !mayTakeOver(candidate)) throw notUp(name, candidate.unavailable());
        gateway.upstream(name);
        if (file !== undefined) return this.#write(file, (text) => changeServer(text, file, name, server), name);
        const upstreams = this.#running.upstreams.map((each) => (each.name === name ? options : each));
        return this.#hold(upstreams, policies);
      });
    } finally {
      if (candidate !== undefined) await gateway.roster.discard(candidate);
    }
  }

  async remove(name: string): Promise<DeskOutcome> {
    const { file, gateway } = this.#deps;
    return this.#inTurn("operator", async () => {
      gateway.upstream(name);
      if (file !== undefined) return this.#write(file, (text) => removeServer(text, file, name));
      return this.#hold(this.#running.upstreams.filter((each) => each.name !== name));
    });
  }

  async switchUpstream(name: string, isEnabled: boolean, isTemporary: boolean): Promise<DeskOutcome> {
    const { file, gateway } = this.#deps;
    return this.#inTurn("operator", async () => {
      gateway.upstream(name);
      const isKept = file !== undefined && !isTemporary;
      if (isKept) await this.#write(file, (text) => switchServer(text, file, name, isEnabled));
      const upstream = gateway.upstream(name);
      const isOff = upstream.state.kind === "disabled";
      if (isOff !== isEnabled) return { isTemporary: !isKept };
      if (isEnabled) upstream.enable();
      else upstream.disable();
      if (!isKept) this.#tellTemporary(name, isEnabled);
      return { isTemporary: !isKept };
    });
  }

  async switchTool(name: string, tool: string, isEnabled: boolean, isTemporary: boolean): Promise<DeskOutcome> {
    const { file, gateway } = this.#deps;
    return this.#inTurn("operator", async () => {
      this.#checkSwitch(name, tool, isEnabled);
      const isKept = file !== undefined && !isTemporary;
      if (isKept) await this.#write(file, (text) => switchTool(text, file, name, tool, isEnabled));
      const upstream = gateway.upstream(name);
      const { disabledTools } = upstream.catalog;
      const next = withChosen(disabledTools, tool, !isEnabled);
      if (next === disabledTools) return { isTemporary: !isKept };
      upstream.disableTools(next);
      if (!isKept) this.#tellTemporary(`${name}/${tool}`, isEnabled);
      return { isTemporary: !isKept };
    });
  }

  async limitTool(name: string, tool: string, role: Role | undefined): Promise<DeskOutcome> {
    const { file } = this.#deps;
    return this.#inTurn("operator", () => {
      this.#checkTool(name, tool);
      if (file !== undefined) return this.#write(file, (text) => limitTool(text, file, name, tool, role));
      const { upstreams, policies } = this.#running;
      const policy = policies.upstreams?.[name] ?? {};
      const { role: _, ...own } = policy.tools?.[tool] ?? {};
      const tools = { ...policy.tools, [tool]: role === undefined ? own : { ...own, role } };
      return Promise.resolve(this.#hold(upstreams, { upstreams: { [name]: { ...policy, tools } } }));
    });
  }

  async settings(): Promise<Settings> {
    const { file, env, cwd } = this.#deps;
    if (file === undefined) return { file, isChangedSinceStart: false, settings: usualSettings() };
    const settings = await readSettings(file, env, cwd);
    const { mtimeMs } = await stat(file);
    return { file, isChangedSinceStart: mtimeMs > this.#startedAt, settings };
  }

  /** Resolves when no change is being made. */
  async idle(): Promise<void> {
    await this.#turn;
  }

  #inTurn<T>(by: ConfigAuthor, run: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(run);
    this.#turn = done.catch(() => undefined);
    return done.catch((thrown: unknown) => {
      const error = toGatewayError(thrown);
      if (error.code !== "route_not_found") {
        this.#deps.tell({ type: "config.refused", by, problems: problemsOf(error) });
      }
      throw error;
    });
  }

  /** Changes the file, where the whole of it is right then and the upstream that this is about lacks nothing, and what runs. */
  async #write(file: string, edit: (text: string) => string, about?: string): Promise<DeskOutcome> {
    const { env, cwd, clock } = this.#deps;
    const parsed = (text: string): Config => parseConfig(text, file, env, cwd);
    const text = await changeFile(file, { cwd, clock }, (before) => {
      const after = edit(before);
      checkComplete(parsed(after).upstreams.find(({ name }) => name === about));
      return after;
    });
    this.#take(parsed(text), "operator");
    return { isTemporary: false };
  }

  /** Changes what runs alone. */
  #hold(upstreams: readonly UpstreamOptions[], changed: WrittenPolicies = {}): DeskOutcome {
    const { policies } = this.#running;
    const next = { ...policies, upstreams: { ...policies.upstreams, ...changed.upstreams } };
    this.#take({ ...this.#running, upstreams, policies: next }, "operator");
    return { isTemporary: true };
  }

  /** Makes this what runs; `settled` resolves when all of it has been tried once. */
  #take(
    { upstreams, catalog, policies, alerts }: Running,
    by: ConfigAuthor,
  ): { readonly isChanged: boolean; readonly settled: Promise<void> } {
    const { gateway, file, tell, watch } = this.#deps;
    const next = { upstreams, catalog, policies, alerts };
    const difference = differenceBetween(this.#running, next, (name) => {
      return gateway.upstreams.find((each) => each.name === name)?.catalog.toolNames ?? [];
    });
    this.#running = next;
    if (difference.isWatchChanged) watch(alerts);
    const isChanged = !isEmptyDifference(difference);
    if (isChanged) tell({ type: "config.changed", by, isTemporary: file === undefined, ...difference });
    return { isChanged, settled: gateway.reconfigure(upstreams, catalog, policies) };
  }

  /** What an entry says of an upstream. */
  #resolved(name: string, server: unknown): { readonly options: UpstreamOptions; readonly policies: WrittenPolicies } {
    const { file, env, cwd } = this.#deps;
    const text = JSON.stringify({ mcpServers: { [name]: checkEntry(name, server) } });
    const place = file?.replace(/[^.]*$/, "json") ?? join(cwd, "switchyard.json");
    const { upstreams, policies } = parseConfig(text, place, env, cwd);
    const [options] = upstreams;
    if (options === undefined) throw new GatewayError("internal_error", "An entry was found right and is not there");
    checkComplete(options);
    return { options, policies };
  }

  #checkSwitch(name: string, what: string, isEnabled: boolean): void {
    const { catalog } = this.#deps.gateway.upstream(name);
    const group = groupOf(what);
    if (group === undefined) {
      this.#checkTool(name, what);
      const hiding = isEnabled ? catalog.groupHiding(what) : undefined;
      if (hiding === undefined) return;
      throw new GatewayError("usage", `The tool ${JSON.stringify(what)} is in the group "${hiding}", which is off`, {
        data: { suggestion: `\`switchyard enable ${name}/${groupPattern(hiding)}\` switches the group on.` },
      });
    }
    if (isAlwaysOn(group) && !isEnabled) {
      throw new GatewayError("usage", `The group "${group}" of "${name}" is always on; switch off some of its tools`);
    }
    const { groups, disabledTools } = catalog;
    if (groups.some((each) => each.name === group) || disabledTools.includes(what)) return;
    const known = groups.length === 0 ? "it has none" : `it has ${groups.map((each) => each.name).join(", ")}`;
    const message = `The upstream "${name}" has no group ${JSON.stringify(group.slice(0, 100))}; ${known}`;
    throw new GatewayError("usage", message);
  }

  #checkTool(name: string, tool: string): void {
    const { catalog } = this.#deps.gateway.upstream(name);
    const isKnown = catalog.toolNames?.includes(tool) ?? true;
    if ((isKnown || new Choice(catalog.disabledTools).has(tool)) && !/^!|\*/.test(tool)) return;
    throw new GatewayError("usage", `The upstream "${name}" has no tool ${JSON.stringify(tool.slice(0, 200))}`, {
      data: { suggestion: `\`switchyard inspect ${name}\` lists its tools.` },
    });
  }

  #tellTemporary(what: string, isEnabled: boolean): void {
    const [enabled, disabled] = isEnabled ? [[what], []] : [[], [what]];
    const nothing = { added: [], changed: [], removed: [], isCatalogChanged: false, isWatchChanged: false };
    this.#deps.tell({ type: "config.changed", by: "operator", isTemporary: true, ...nothing, enabled, disabled });
  }
}

/** Refuses what could not be started for want of something that it refers to. One that is disabled may lack it. */
function checkComplete(options: UpstreamOptions | undefined): void {
  const { obstacle, isDisabled } = options ?? {};
  if (obstacle === undefined || isDisabled === true) return;
  throw new GatewayError("usage", obstacle.message, {
    data: { problems: [obstacle.message], suggestion: obstacle.suggestion },
  });
}

function notUp(name: string, { code, message, data, suggestion }: GatewayError): GatewayError {
  const stage = data?.["stage"];
  return new GatewayError(code, `Nothing was changed, as the changed "${name}" did not start. ${message}`, {
    data: { upstream: name, suggestion, ...(typeof stage === "string" ? { stage } : {}) },
  });
}

function problemsOf({ message, data }: GatewayError): readonly string[] {
  const problems: unknown = data?.["problems"];
  if (!Array.isArray(problems)) return [message];
  return problems.map((problem: unknown) => {
    return typeof problem === "object" && problem !== null && "message" in problem
      ? String(problem.message)
      : String(problem);
  });
}
