import { configJsonSchema } from "../src/config/schema.ts";
import { type JsonObject, isJsonObject, objectAt, stringAt } from "../src/core/json.ts";

/** The page of the configuration file: an introduction, and every key from the schema. */
export function configPage(): string {
  const schema: unknown = configJsonSchema();
  const root = isJsonObject(schema) ? schema : {};
  const server = objectAt(objectAt(root, "$defs") ?? {}, "server") ?? {};
  const top = objectAt(root, "properties") ?? {};
  const servers = objectAt(server, "properties") ?? {};
  return [...fileSections(top), ...serverSections(servers)].join("\n");
}

function fileSections(top: JsonObject): string[] {
  return [
    introduction,
    "## Keys of the file",
    "",
    table(top, ["profiles", "search", "rateLimit", "listen", "auth", "sessions", "cache", "audit", "alerts", "slo"]),
    "",
    "### rateLimit",
    "",
    table(objectAt(objectAt(top, "rateLimit") ?? {}, "properties") ?? {}),
    "",
    "Each of them is false, or an object with `perMinute` and, by default as much, `burst`: how often at once. [Policies](policies.md) has the rules.",
    "",
    "### listen",
    "",
    table(objectAt(objectAt(top, "listen") ?? {}, "properties") ?? {}),
    "",
    ...authSections(objectAt(objectAt(top, "auth") ?? {}, "properties") ?? {}),
    "### sessions",
    "",
    table(objectAt(objectAt(top, "sessions") ?? {}, "properties") ?? {}),
    "",
    ...cacheSections(top),
    ...auditSections(objectAt(objectAt(top, "audit") ?? {}, "properties") ?? {}),
    ...alertSections(top),
    ...catalogSections(top),
  ];
}

function alertSections(top: JsonObject): string[] {
  const rules = objectAt(objectAt(top, "alerts") ?? {}, "additionalProperties") ?? {};
  const rule = formOf({ rule: rules }, "rule");
  return [
    "### alerts",
    "",
    "What there is by default, and what each measure means, stands in [alerts](alerts.md). Each has a name, and is false or an object:",
    "",
    table(objectAt(rule, "properties") ?? {}),
    "",
    "### slo",
    "",
    table(objectAt(formOf(top, "slo"), "properties") ?? {}),
    "",
  ];
}

function serverSections(servers: JsonObject): string[] {
  return [
    "## Keys of a server",
    "",
    table(servers, ["rateLimit", "fallback", "retry", "concurrency", "oauth", "health", "breaker", "limits"]),
    "",
    "### cache of a server or a tool",
    "",
    "How the cache works, and what each of these is for, stands in [caching](caching.md).",
    "",
    table(objectAt(formOf(servers, "cache"), "properties") ?? {}),
    "",
    "`timeoutMs`, `maxTimeoutMs`, `rateLimit`, `validate`, `fallback` and `retry` also stand in `tools`. [Policies](policies.md) shows how they work together.",
    "",
    ...policySections(servers),
    "",
    "### oauth",
    "",
    table(objectAt(formOf(servers, "oauth"), "properties") ?? {}),
    "",
    "### health",
    "",
    table(objectAt(objectAt(servers, "health") ?? {}, "properties") ?? {}),
    "",
    "### breaker",
    "",
    table(objectAt(objectAt(servers, "breaker") ?? {}, "properties") ?? {}),
    "",
    "### limits",
    "",
    "What each counts and when it is looked at stands in [limits](limits.md).",
    "",
    table(objectAt(objectAt(servers, "limits") ?? {}, "properties") ?? {}),
    "",
  ];
}

function auditSections(keys: JsonObject): string[] {
  const redact = objectAt(objectAt(keys, "redact") ?? {}, "properties") ?? {};
  return ["### audit", "", table(keys, ["redact"]), "", "### audit.redact", "", table(redact), ""];
}

function cacheSections(top: JsonObject): string[] {
  const keys = objectAt(objectAt(top, "cache") ?? {}, "properties") ?? {};
  const warm = objectAt(objectAt(keys, "warm") ?? {}, "properties") ?? {};
  const { items } = objectAt(warm, "calls") ?? {};
  const call = objectAt(isJsonObject(items) ? items : {}, "properties") ?? {};
  const sections: [string, JsonObject][] = [
    ["### cache", keys],
    ["### warm", warm],
    ["### A call in warm", call],
  ];
  return sections.flatMap(([title, properties]) => [title, "", table(properties, ["warm"]), ""]);
}

function authSections(auth: JsonObject): string[] {
  const oauth = objectAt(objectAt(auth, "oauth") ?? {}, "properties") ?? {};
  const rule = objectAt(objectAt(objectAt(oauth, "rules") ?? {}, "items") ?? {}, "properties") ?? {};
  return [
    "### auth",
    "",
    "How it is used stands in [access](access.md).",
    "",
    table(auth),
    "",
    "### auth.oauth",
    "",
    table(oauth),
    "",
    "### A rule of auth.oauth",
    "",
    table(rule),
    "",
  ];
}

function policySections(servers: JsonObject): string[] {
  return [
    ["### rateLimit of a server or tool", formOf(servers, "rateLimit")] as const,
    ["### fallback", formOf(servers, "fallback")] as const,
    ["### retry", objectAt(servers, "retry") ?? {}] as const,
    ["### concurrency", objectAt(servers, "concurrency") ?? {}] as const,
  ].flatMap(([title, form]) => [title, "", table(objectAt(form, "properties") ?? {}), ""]);
}

function catalogSections(top: JsonObject): string[] {
  const profile = objectAt(objectAt(top, "profiles") ?? {}, "additionalProperties") ?? {};
  const keys = objectAt(profile, "properties") ?? {};
  const upstream =
    objectAt(objectAt(objectAt(keys, "upstreams") ?? {}, "additionalProperties") ?? {}, "properties") ?? {};
  const overrides = objectAt(objectAt(upstream, "overrides") ?? {}, "properties") ?? {};
  const tool = objectAt(objectAt(objectAt(overrides, "tools") ?? {}, "additionalProperties") ?? {}, "properties") ?? {};
  const parameter =
    objectAt(objectAt(objectAt(tool, "parameters") ?? {}, "additionalProperties") ?? {}, "properties") ?? {};
  const sections: [string, JsonObject][] = [
    ["### search", objectAt(formOf(top, "search"), "properties") ?? {}],
    ["### profiles", keys],
    ["### A server in a profile", upstream],
    ["### overrides", overrides],
    ["### A tool in overrides", tool],
    ["### A parameter in overrides", parameter],
  ];
  return [
    ...sections.flatMap(([title, properties]) => [title, "", table(properties, ["overrides", "search"]), ""]),
    "A prompt in overrides has name, title and description alone. [Profiles](profiles.md) shows how all of them are used.",
    "",
  ];
}

/** The form of a key that is an object. */
function formOf(keys: JsonObject, key: string): JsonObject {
  const forms = objectAt(keys, key)?.["anyOf"];
  return (
    (Array.isArray(forms) ? forms.find((form) => isJsonObject(form) && form["type"] === "object") : undefined) ?? {}
  );
}

function table(properties: JsonObject, nested: readonly string[] = []): string {
  const rows = Object.entries(properties).map(([key, value]) => {
    const description = isJsonObject(value) ? (stringAt(value, "description") ?? "") : "";
    const name = nested.includes(key) ? `[\`${key}\`](#${key.toLowerCase()})` : `\`${key}\``;
    return `| ${name} | ${description.replaceAll("|", String.raw`\|`)} |`;
  });
  return ["| Key | Means |", "|---|---|", ...rows].join("\n");
}

const introduction = `# Configuration

One file: \`switchyard.jsonc\`, \`.json\`, \`.yaml\` or \`.yml\` in the folder where the gateway is started, or the one that \`--config\` names. Generated from
\`src/config/schema.ts\` by \`npm run docs\`.

\`\`\`jsonc
{
  // For completion in editors: switchyard config schema > switchyard.schema.json
  "$schema": "./switchyard.schema.json",
  "mcpServers": {
    "files": { "command": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem", "\${userHome}/notes"] },
    "tracker": {
      "type": "http",
      "url": "https://tracker.example.com/mcp",
      "headers": { "Authorization": "Bearer \${TRACKER_TOKEN}" },
      "timeoutMs": 60000
    }
  },
  "listen": { "port": 8001 }
}
\`\`\`

- **\`mcpServers\`** is what Claude Desktop and Cursor write, \`servers\` what VS Code writes. Both take the same entries; what is ours stands beside.
- **Secrets** are references: \`\${NAME}\` inside a text, or \`{ "env": "NAME" }\` as a value of \`env\` and \`headers\`. They are resolved after the whole file was
  found valid, and no message shows their values. \`\${NAME:-default}\` has a default.
- **Logins**: a server at a \`url\` that asks for OAuth is logged in to, unless its \`headers\` have an Authorization or \`oauth\` is \`false\`; see
  [logins](logins.md).
- **A child inherits** few variables (\`PATH\`, \`HOME\`, the locale and the like). Everything else it needs stands in its \`env\`.
- **Mistakes** are all reported at once, each with line and column; an unknown key with the one that was probably meant. A wrong file changes
  nothing that runs.

`;
