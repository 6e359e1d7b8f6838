import { type Config, enabledUpstreams } from "../../config/config.ts";
import { GatewayError } from "../../core/errors.ts";
import { type JsonObject, isJsonObject } from "../../core/json.ts";
import type { CommonOptions, Context } from "../context.ts";
import { checkConfig } from "../doctor/config.ts";
import { checkDataDir } from "../doctor/data-dir.ts";
import { type Finding, severityOf } from "../doctor/finding.ts";
import { checkListening } from "../doctor/listening.ts";
import { type Report, findingJson, reportText } from "../doctor/report.ts";
import { checkUpstream } from "../doctor/upstream.ts";
import { exitCodes } from "../exit-codes.ts";
import { type Reached, askGateway } from "../running.ts";

export interface DoctorOptions extends CommonOptions {
  readonly fix?: boolean;
}

/** Servers that are looked at at the same time. */
const atOnce = 4;

/**
 * Looks at everything that a gateway of this configuration needs, and says what is wrong and what to do; with `--fix` repairs what can be
 * repaired without harm. The exit status is 0 unless there is an error left.
 *
 * @throws {GatewayError} `cancelled`.
 */
export async function doctor(context: Context, options: DoctorOptions): Promise<number> {
  const findings = await findAll(context, options);
  if (context.signal.aborted) throw new GatewayError("cancelled", "Stopped before everything was looked at");
  const reports = await Promise.all(findings.map((finding) => reportOn(finding, options.fix === true)));
  const { terminal } = context;
  const hasErrors = reports.some(({ finding, fixed }) => fixed === undefined && severityOf(finding) === "error");
  if (options.json === true) terminal.out(JSON.stringify({ ok: !hasErrors, findings: reports.map(findingJson) }));
  else terminal.out(reportText(reports));
  return hasErrors ? exitCodes.failed : exitCodes.ok;
}

async function findAll(context: Context, options: DoctorOptions): Promise<readonly Finding[]> {
  const node: Finding = { code: "node_supported", subject: "Node", message: process.version };
  const { findings, config } = await checkConfig(context, options);
  if (config === undefined) return [node, ...findings];
  const [listening, folder] = await Promise.all([checkListening(config), checkDataDir(config.dataDir)]);
  const servers = await checkUpstreams(config, listening.running, context);
  return [node, ...findings, ...listening.findings, ...folder, ...servers];
}

async function checkUpstreams(
  config: Config,
  running: Reached | undefined,
  context: Context,
): Promise<readonly Finding[]> {
  const known = running === undefined ? [] : statusesIn(await askGateway(running, "/api/status"));
  // What an obstacle keeps away has its findings already.
  const upstreams = enabledUpstreams(config).filter(({ obstacle }) => obstacle === undefined);
  let done = 0;
  const tell = (): void => {
    context.terminal.passing(`Looking at the servers … ${done} of ${upstreams.length}`);
  };
  tell();
  const found = await inTurn(upstreams, async (upstream) => {
    if (context.signal.aborted) return [];
    const status = known.find(({ name }) => name === upstream.name);
    const findings = await checkUpstream(upstream, status, config, context);
    done += 1;
    tell();
    return findings;
  });
  return found.flat();
}

function statusesIn(status: unknown): readonly JsonObject[] {
  return isJsonObject(status) && Array.isArray(status["upstreams"]) ? status["upstreams"].filter(isJsonObject) : [];
}

/** What `run` gives for each, in their order; a few at the same time. */
async function inTurn<Item, Result>(
  items: readonly Item[],
  run: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results = new Map<number, Result>();
  const queue = items.entries();
  const work = async (): Promise<void> => {
    for (const [at, item] of queue) results.set(at, await run(item));
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return items.flatMap((_item, at) => {
    const result = results.get(at);
    return result === undefined ? [] : [result];
  });
}

async function reportOn(finding: Finding, mayFix: boolean): Promise<Report> {
  return { finding, fixed: mayFix ? await finding.fix?.() : undefined };
}
