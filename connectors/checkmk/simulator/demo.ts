import { measured } from "./check-result.ts";
import type { Estate } from "./estate.ts";
import { usualValue } from "./seed-estate.ts";
import { seededRandom } from "./seeded-random.ts";
import { startSimulator } from "./simulator.ts";

/** How a demonstration is started. */
export interface DemoOptions {
  readonly hosts: number;
  /** Of each host. */
  readonly services: number;
  readonly port: number;
}

/** A demonstration that runs. */
export interface Demo {
  /** What a gateway's configuration says of it. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly close: () => Promise<void>;
}

/** Something happens so often, in ms. */
const everyMs = 5000;
/** Of what happens, so much is a new problem; the rest ends one. */
const newProblems = 0.5;

/** Starts a simulated site on this machine in which problems come and go. */
export async function startDemo({ hosts, services, port }: DemoOptions): Promise<Demo> {
  const simulator = await startSimulator({ hosts, servicesPerHost: services, port, nowMs: () => Date.now() });
  const { site, url, livestatusPort } = simulator;
  const random = seededRandom(1);
  const timer = setInterval(() => {
    disturb(site.estate, random);
  }, everyMs);
  const [user] = site.users;
  return {
    config: {
      url,
      site: site.name,
      user: user?.name,
      secret: user?.secret,
      livestatus: { [site.name]: { host: "127.0.0.1", port: livestatusPort } },
    },
    close: async () => {
      clearInterval(timer);
      await simulator.close();
    },
  };
}

/** One thing happens: a service gets a problem, or one that has a problem gets well. */
export function disturb(estate: Estate, random: () => number): void {
  estate.passTime();
  const services = [...estate.services()];
  const isNew = random() < newProblems;
  const open = services.filter(({ state }) => (state === 0) === isNew);
  const chosen = open[Math.floor(random() * open.length)];
  if (chosen === undefined) return;
  const { host, description: service, template } = chosen;
  const bad = random() < 0.5 ? template.warn * 1.01 : template.crit * 1.01;
  estate.result({ host, service }, measured(template, isNew ? bad : usualValue(template, random)));
}
