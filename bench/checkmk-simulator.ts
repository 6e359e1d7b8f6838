import { startSimulator } from "../connectors/checkmk/simulator/simulator.ts";
import { nothingToAsk, serveParent } from "./child.ts";

/** A simulated site with as many hosts as are asked for, of ten services each. `node checkmk-simulator.ts HOSTS` */

const hosts = Number(process.argv[2]);
const simulator = await startSimulator({ hosts, servicesPerHost: 10, nowMs: () => Date.now() });
serveParent({ url: simulator.url, site: simulator.site.name, port: simulator.livestatusPort ?? 0 }, nothingToAsk, () =>
  simulator.close(),
);
