import { ownStdio } from "../transport/own-stdio.ts";
import { configVariable } from "./child-program.ts";
import { ConnectorServer } from "./connector-server.ts";
import { loadConnector } from "./load-connector.ts";

/*
 * A connector in a process of its own: `node child.ts CONNECTOR FOLDER`. What it is told comes in the environment, where only its own user can
 * see it. Ends with its input.
 */

const [reference = "", folder = ""] = process.argv.slice(2);
const config: unknown = JSON.parse(process.env[configVariable] ?? "{}");
const channel = ownStdio({ input: process.stdin, output: process.stdout });
// Its end is that of the channel, which holds it.
void new ConnectorServer(await loadConnector(reference, folder), config, channel);
