import { builtInConnectors } from "./built-in-connectors.ts";
import { configVariable } from "./connector/child-program.ts";
import { ConnectorServer } from "./connector/connector-server.ts";
import { loadConnector } from "./connector/load-connector.ts";
import { ownStdio } from "./transport/own-stdio.ts";

/*
 * A connector in a process of its own: `node connector-child.ts CONNECTOR FOLDER`. What it is told comes in the environment, where only its own
 * user can see it. Ends with its input.
 */

const [reference = "", folder = ""] = process.argv.slice(2);
const config: unknown = JSON.parse(process.env[configVariable] ?? "{}");
const channel = ownStdio({ input: process.stdin, output: process.stdout });
// Its end is that of the channel, which holds it.
void new ConnectorServer(await loadConnector(reference, folder, builtInConnectors), { config, folder }, channel);
