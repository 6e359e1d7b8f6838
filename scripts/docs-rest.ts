import { actions } from "../src/access/actions.ts";
import { endpoints } from "../src/server/endpoints.ts";
import { healthPaths } from "../src/server/health-api.ts";
import { hookSays } from "../src/server/hook-endpoint.ts";

/** The page of all endpoints, from their table. */
export function restPage(): string {
  const health = Object.entries(healthPaths).map(([path, says]) => `| \`GET ${path}\` | everybody | ${says}. |`);
  const rows = endpoints().map(({ method, path, action, says, query = {} }) => {
    const names = Object.keys(query);
    const asked = names.length === 0 ? "" : ` In the query: ${names.map((name) => `\`${name}\``).join(", ")}.`;
    return `| \`${method} ${path}\` | ${action === undefined ? "all" : actions[action].from} | ${says}${asked} |`;
  });
  return `# REST

What can be asked of a gateway besides MCP. Generated from the table in \`src/server/endpoints.ts\` by \`npm run docs\`; a running gateway shows the same at \`/docs\`, and for programs
(OpenAPI 3.1) at \`/docs/openapi.json\`.

\`\`\`sh
curl http://127.0.0.1:8001/api/overview
curl http://127.0.0.1:8001/api/call -H 'content-type: application/json' -d '{"tool": "files__read", "arguments": {"path": "a.txt"}}'
\`\`\`

A key goes into the header \`Authorization: Bearer …\`. Bodies are JSON where nothing else is said; what changes something wants \`content-type: application/json\`, also with an empty body.
What goes wrong is \`{"error": {"message", "data": {"code"}}}\` with the HTTP status of its [code](errors.md). What may be done from which role on says [access](access.md).

| Endpoint | From role | |
|---|---|---|
${[...health, `| \`POST /hooks/{name}\` | everybody | ${hookSays}. |`, ...rows].join("\n")}
`;
}
