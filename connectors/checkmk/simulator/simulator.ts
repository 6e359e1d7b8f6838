import { type ListenAt, serveLivestatus } from "./livestatus/server.ts";
import { routes } from "./rest/routes.ts";
import { type Spoil, restServer } from "./rest/server.ts";
import { type Site, type SiteOptions, makeSite } from "./site.ts";

/** How a simulated site is started. */
export interface SimulatorOptions extends SiteOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any that is free. */
  readonly port?: number;
  /** Where its Livestatus listens. Default: any port of 127.0.0.1 that is free. */
  readonly livestatus?: ListenAt;
  /** What is to go wrong with answers of the REST API. */
  readonly spoil?: Spoil;
}

/** A simulated site that runs. */
export interface Simulator extends AsyncDisposable {
  readonly site: Site;
  /** Its address, without the site: what a connector is configured with. */
  readonly url: string;
  /** The port of its Livestatus on 127.0.0.1; undefined where that is a Unix socket. */
  readonly livestatusPort: number | undefined;
  readonly close: () => Promise<void>;
}

/** Starts a simulated site. */
export async function startSimulator({
  host = "127.0.0.1",
  port = 0,
  livestatus = { port: 0 },
  spoil,
  ...options
}: SimulatorOptions): Promise<Simulator> {
  const site = makeSite(options);
  const server = restServer(site, routes, spoil);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(port, host, resolve);
  await promise;
  const live = await serveLivestatus(site.estate, livestatus);
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = new Promise<void>((done) =>
      server.close(() => {
        done();
      }),
    );
    server.closeAllConnections();
    await closed;
    await live[Symbol.asyncDispose]();
  };
  const address = server.address();
  const taken = typeof address === "object" ? address?.port : port;
  const { port: livestatusPort } = live;
  return { site, url: `http://${host}:${taken}`, livestatusPort, close, [Symbol.asyncDispose]: close };
}
