// A legacy MCP server on stdio that offers what a JSON file says at the moment: `node listed-stdio.mjs FILE`. With "hangs" in the file it
// answers nothing. Every request of this process is noted in FILE.log, a line each.
import { appendFileSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const [, , file] = process.argv;
const offer = () => JSON.parse(readFileSync(file, "utf8"));
const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
const notify = (method, params) => send({ method, params });
const text = (content) => ({ content: [{ type: "text", text: content }] });

const tools = {
  echo: ({ text: said }) => text(String(said)),
  touch: ({ uri }) => (notify("notifications/resources/updated", { uri }), text("touched")),
  announce: ({ level }) => (notify("notifications/message", { level, data: level }), text("announced")),
  changed: () => (notify("notifications/tools/list_changed"), text("said so")),
  pid: () => text(String(process.pid)),
  die: () => process.exit(1),
  leave: () => (setImmediate(() => process.exit(0)), text("bye")),
};

const methods = {
  initialize: () => ({
    protocolVersion: "2025-11-25",
    capabilities: { tools: { listChanged: true }, prompts: {}, resources: { subscribe: true }, logging: {} },
    serverInfo: { name: "listed", version: "1" },
    instructions: offer().instructions,
  }),
  ping: () => ({}),
  "tools/list": () => ({ tools: offer().tools ?? [] }),
  "prompts/list": () => ({ prompts: offer().prompts ?? [] }),
  "prompts/get": () => ({ messages: [] }),
  "resources/list": () => ({ resources: offer().resources ?? [] }),
  "resources/read": ({ uri }) => ({ contents: [{ uri, text: "words" }] }),
  "resources/subscribe": () => ({}),
  "resources/unsubscribe": () => ({}),
  "logging/setLevel": () => ({}),
  "tools/call": ({ name, arguments: args }) => (tools[name] ?? tools.echo)(args ?? {}),
};

createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method, params = {} } = JSON.parse(line);
  appendFileSync(`${file}.log`, `${method} ${JSON.stringify(params)}\n`);
  if (id === undefined || offer().hangs === true) return;
  const answer = methods[method];
  if (answer === undefined) send({ id, error: { code: -32601, message: "Method not found" } });
  else send({ id, result: answer(params) });
});
