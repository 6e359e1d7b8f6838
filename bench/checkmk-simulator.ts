import { serveLivestatus } from "../connectors/checkmk/simulator/livestatus/server.ts";
import { seedEstate } from "../connectors/checkmk/simulator/seed-estate.ts";
import { nothingToAsk, serveParent } from "./child.ts";

/** A simulated site with as many hosts as are asked for, of ten services each: its Livestatus alone. `node checkmk-simulator.ts HOSTS` */

const hosts = Number(process.argv[2]);
const server = await serveLivestatus(
  seedEstate({ hosts, servicesPerHost: 10 }, () => Date.now()),
  { port: 0 },
);
serveParent({ port: server.port ?? 0 }, nothingToAsk, async () => server[Symbol.asyncDispose]());
