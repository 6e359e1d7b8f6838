import { systemClock } from "../../core/clock.ts";
import { GatewayError } from "../../core/errors.ts";
import { type JsonObject, isJsonObject } from "../../core/json.ts";
import { definitionRefIn, quarantineOf } from "../../gateway/approval.ts";
import { openStore } from "../../store/store.ts";
import { Catalog, type DefinitionRef } from "../../upstream/catalog.ts";
import { catalogKeyOf } from "../../upstream/catalog-store.ts";
import { type ClientOptions, namedGateway, noUpstream, runningGateway } from "../reached.ts";
import { type Context, chooseConfig } from "../context.ts";
import { quarantineText } from "../definition-text.ts";
import { exitCodes } from "../exit-codes.ts";
import { type Reached, askGateway } from "../running.ts";

export interface ApproveOptions extends ClientOptions {
  readonly dryRun?: boolean;
}

/** Where what is held back is kept, and approved. */
interface Desk {
  /** As a status shows it. */
  readonly held: readonly JsonObject[];
  /** Resolves with those that still were what was shown. */
  readonly approve: (refs: readonly DefinitionRef[]) => Promise<readonly DefinitionRef[]>;
  readonly close: () => void;
}

/**
 * Shows what of an upstream is held back and how it differs, and approves it: all of it, or what has one name. At the gateway that runs,
 * else in its store, where gateways over stdio find it within seconds.
 *
 * @throws {GatewayError} `route_not_found` — no such upstream; `usage` — nothing of that name is held back; `store_unavailable`.
 */
export async function approve(address: string, context: Context, options: ApproveOptions): Promise<number> {
  const at = address.indexOf("/");
  const [upstream, name] = at === -1 ? [address, undefined] : [address.slice(0, at), address.slice(at + 1)];
  const desk = await deskOf(upstream, context, options);
  try {
    const chosen = desk.held.filter((each) => name === undefined || each["name"] === name);
    if (chosen.length === 0 && name !== undefined) throw notHeld(upstream, name);
    const approved =
      options.dryRun === true ? [] : await desk.approve(chosen.map(definitionRefIn).filter((ref) => ref !== undefined));
    report(upstream, chosen, approved, context, options);
    return approved.length === chosen.length || options.dryRun === true ? exitCodes.ok : exitCodes.failed;
  } finally {
    desk.close();
  }
}

function notHeld(upstream: string, name: string): GatewayError {
  return new GatewayError("usage", `Nothing called ${JSON.stringify(name)} of "${upstream}" is held back`, {
    data: { suggestion: `\`switchyard approve ${upstream} --dry-run\` shows what is.` },
  });
}

async function deskOf(upstream: string, context: Context, options: ApproveOptions): Promise<Desk> {
  const named = namedGateway(context, options);
  if (named !== undefined) return deskAt(named, upstream);
  const { config } = await chooseConfig(context, options);
  const running = await runningGateway(config, context, options);
  if (running !== undefined) return deskAt(running, upstream);
  const found = config.upstreams.find(({ name }) => name === upstream);
  if (found === undefined) {
    throw noUpstream(
      upstream,
      config.upstreams.map(({ name }) => name),
    );
  }
  const store = openStore({ dataDir: config.dataDir, clock: systemClock });
  const catalog = new Catalog({
    key: catalogKeyOf(found),
    isPinned: found.definitions === "pin",
    disabledTools: found.disabledTools,
    store: store.catalogs,
    clock: systemClock,
    onApproved: () => undefined,
    onFacts: () => undefined,
  });
  await catalog.load();
  const close = (): void => {
    catalog.close();
    store.close();
  };
  return {
    held: listIn({ quarantined: quarantineOf({ catalog }) }, "quarantined"),
    approve: (refs) => catalog.approve(refs),
    close,
  };
}

async function deskAt(gateway: Reached, upstream: string): Promise<Desk> {
  const path = `/api/upstreams/${encodeURIComponent(upstream)}`;
  return {
    held: listIn(await askGateway(gateway, `${path}/quarantine`), "quarantined"),
    approve: async (refs) => {
      const definitions = refs.map(({ kind, name, hash }) => ({ kind, name, hash }));
      return listIn(await askGateway(gateway, `${path}/approve`, { body: { definitions } }), "approved")
        .map(definitionRefIn)
        .filter((ref) => ref !== undefined);
    },
    close: () => undefined,
  };
}

function listIn(answer: unknown, member: string): JsonObject[] {
  const list = isJsonObject(answer) ? answer[member] : undefined;
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

function report(
  upstream: string,
  chosen: readonly JsonObject[],
  approved: readonly DefinitionRef[],
  { terminal }: Context,
  { json, dryRun }: ApproveOptions,
): void {
  if (json === true) {
    terminal.out(JSON.stringify({ upstream, quarantined: chosen, approved }));
    return;
  }
  if (chosen.length === 0) {
    terminal.out(`Nothing of ${upstream} is held back.`);
    return;
  }
  terminal.out(chosen.map(quarantineText).join("\n\n"));
  if (dryRun === true) {
    terminal.out(`\nNothing was approved. \`switchyard approve ${upstream}\` approves this.`);
    return;
  }
  terminal.out(`\nApproved: ${approved.length} of ${chosen.length}.`);
  if (approved.length < chosen.length) {
    terminal.note("The rest has changed again since it was read; look at it anew.");
  }
}
