/** Where clients keep their servers: `mcpServers` nearly all, `servers` VS Code, `mcp.servers` its settings, `context_servers` Zed. */
const places = [["mcpServers"], ["servers"], ["mcp", "servers"], ["context_servers"]] as const;

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isEntry(value: unknown): boolean {
  return (
    isObject(value) &&
    ["command", "url", "httpUrl", "serverUrl", "connector"].some((name) => typeof value[name] === "string")
  );
}

/** The servers in a client's configuration by name, or in a sentence why there are none. */
export function entriesIn(text: string): Readonly<Record<string, unknown>> | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // What was copied out of the middle of a file begins with a name.
    try {
      value = JSON.parse(`{${text.trim().replace(/,$/, "")}}`);
    } catch (thrown) {
      return `This is not JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
    }
  }
  if (!isObject(value)) return "This must be an object";
  for (const path of places) {
    let found: unknown = value;
    for (const name of path) found = isObject(found) ? found[name] : undefined;
    if (isObject(found) && Object.keys(found).length > 0) return found;
  }
  const names = Object.keys(value);
  if (names.length > 0 && names.every((name) => isEntry(value[name]))) return value;
  if (isEntry(value)) return 'This is one server without its name: write {"NAME": { … }}';
  return "There is no server in it: a server has a command or a url";
}
