import type { JsonObject } from "../core/json.ts";
import {
  type Connector,
  type EntityChange,
  type HookRequest,
  type LaterOffer,
  type ResourceContent,
  type ToolCall,
  ToolFailure,
} from "./connector.ts";

/** A connector that runs by itself, for its author's tests. */
export interface OpenConnector extends AsyncDisposable {
  /** What it offers now. */
  readonly offer: LaterOffer;
  /** Addresses of resources that it said have changed, in order. */
  readonly changed: readonly string[];
  /** Names of what answers are made from that it said have changed, in order. */
  readonly changedUses: readonly string[];
  /** What it said became of which things, in order. */
  readonly changedEntities: readonly EntityChange[];
  /**
   * The result of a tool, as a client gets it.
   *
   * @throws {ToolFailure} there is no such tool, or its arguments are wrong; whatever the tool throws.
   */
  call(name: string, args?: JsonObject, call?: Partial<ToolCall>): Promise<JsonObject>;
  /** What the resource of this very address holds; templates are not looked at. */
  read(uri: string): Promise<ResourceContent | undefined>;
  /**
   * Posts something for it; true once it has seen to that, false where it refused it. `headers` by names in small letters.
   *
   * @throws {ToolFailure} it takes nothing; whatever its hook throws.
   */
  post(request: HookRequest): Promise<boolean>;
}

/**
 * Sets a connector up without a gateway around it: no cache, no limits, no protocol. Relative paths in `config` are meant from `folder`, by
 * default that of the process.
 *
 * @throws {ToolFailure} the configuration is wrong; what its `setup` throws.
 */
export async function openConnector(
  connector: Connector,
  config: unknown,
  folder: string = process.cwd(),
): Promise<OpenConnector> {
  const closing = new AbortController();
  const changed: string[] = [];
  const changedUses: string[] = [];
  const changedEntities: EntityChange[] = [];
  let later: LaterOffer | undefined;
  const first = await connector.setup(config, {
    signal: closing.signal,
    folder,
    offer: (next) => {
      later = next;
    },
    changed: (uses, _problems, entities = []) => {
      changedUses.push(...uses);
      changedEntities.push(...entities);
    },
    resourceChanged: (uri) => {
      changed.push(uri);
    },
  });
  const offer = (): LaterOffer => later ?? first;
  return {
    get offer() {
      return offer();
    },
    changed,
    changedUses,
    changedEntities,
    async call(name, args = {}, { signal = closing.signal, progress = () => undefined, caller } = {}) {
      const found = offer().tools?.find((each) => each.name === name);
      if (found === undefined) throw new ToolFailure(`There is no tool ${JSON.stringify(name)}`);
      const { resultType: _, ...result } = (await found.run(args, { signal, progress, caller })).value;
      return result;
    },
    async read(uri) {
      return offer()
        .resources?.find((each) => each.uri === uri)
        ?.read(uri, closing.signal);
    },
    async post(request) {
      const { hook } = first;
      if (hook === undefined) throw new ToolFailure("The connector takes nothing that is posted: it has no hook");
      if (!hook.isGenuine(request)) return false;
      await hook.take(request, closing.signal);
      return true;
    },
    async [Symbol.asyncDispose]() {
      if (closing.signal.aborted) return;
      closing.abort(new Error("The connector was closed"));
      await first.close?.();
    },
  };
}
