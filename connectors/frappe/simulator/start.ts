import { type Clock, systemClock } from "switchyard/connector";
import { accountingDoctypes } from "./doctypes/accounting.ts";
import { coreDoctypes } from "./doctypes/core.ts";
import { webhookDoctypes } from "./doctypes/webhook.ts";
import type { SiteVersion } from "./error-body.ts";
import { register } from "./meta.ts";
import { type LimitOptions, SiteLimit } from "./rate-limit.ts";
import { seedCore } from "./seed.ts";
import { siteServer } from "./server.ts";
import { type SiteState, emptySite } from "./site.ts";

/** What a simulated site is like. */
export interface SimulatorOptions {
  /** Whose style it speaks. Default 15. */
  readonly version?: SiteVersion;
  /** Default: any that is free. */
  readonly port?: number;
  /** Of Administrator. Default `admin`. */
  readonly password?: string;
  /** Default: none. */
  readonly rateLimit?: LimitOptions;
  /** A larger body is refused. Default 25 MiB. */
  readonly maxBodyBytes?: number;
  /** Default `Asia/Kolkata`, as a site has it where nothing was set. */
  readonly timeZone?: string;
  /** How long it waits before it works on a request, in ms: as one that is far away, or has a database to wait for. Default 0. */
  readonly paceMs?: (method: string, path: string) => number;
  /** What else is in it at the start. */
  readonly seed?: (site: SiteState) => void;
  readonly clock?: Clock;
  readonly random?: () => number;
}

/** A simulated site that listens on 127.0.0.1. */
export interface Simulator {
  readonly url: string;
  /** An API key of a user, made as the site makes them. */
  readonly keyOf: (user: string) => { readonly kind: "token"; readonly key: string; readonly secret: string };
  /** Lets a token of OAuth stand for a user, or no more where that is undefined. */
  readonly setBearer: (token: string, user: string | undefined) => void;
  /** Begins or ends maintenance. */
  readonly setStopped: (isStopped: boolean) => void;
  readonly close: () => Promise<void>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

/** Starts a site that looks like a Frappe with a small company's books in it, and keeps everything in memory. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const {
    version = 15,
    port = 0,
    password = "admin",
    clock = systemClock,
    random = Math.random,
    timeZone = "Asia/Kolkata",
  } = options;
  const site = emptySite({ version, clock, random, timeZone });
  for (const type of [...coreDoctypes(version), ...accountingDoctypes, ...webhookDoctypes]) register(site, type);
  seedCore(site, password);
  options.seed?.(site);
  let isStopped = false;
  const server = siteServer(site, {
    limit: options.rateLimit && new SiteLimit(options.rateLimit, clock),
    maxBodyBytes: options.maxBodyBytes ?? 25 * 1024 * 1024,
    paceMs: options.paceMs ?? (() => 0),
    isStopped: () => isStopped,
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject).listen(port, "127.0.0.1", resolve);
  await promise;
  const address = server.address();
  const bound = typeof address === "object" && address !== null ? address.port : port;
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    closing ??= new Promise<void>((done) => {
      server.close(() => {
        done();
      });
      server.closeAllConnections();
    }).then(() => site.webhooks.close());
    return closing;
  };
  return {
    url: `http://127.0.0.1:${bound}`,
    keyOf: (user) => {
      const [key, secret] = [`key-${user}`, `secret-${user}`];
      site.secrets.set(key, { user, secret });
      return { kind: "token", key, secret };
    },
    setBearer: (token, user) => {
      if (user === undefined) site.bearers.delete(token);
      else site.bearers.set(token, user);
    },
    setStopped: (stopped) => {
      isStopped = stopped;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
