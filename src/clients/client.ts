import type { Path } from "../config/content.ts";
import { nearest } from "../config/nearest.ts";
import { quoted } from "../config/shown.ts";
import { GatewayError } from "../core/errors.ts";
import { type ClientName, clientNames } from "./client-names.ts";
import { type Machine, joined, namedFolder, settingsFolder } from "./places.ts";

/** A part of a file in which a client looks for servers. */
export interface ClientPlace {
  readonly file: string;
  /** Keys that lead to the object whose members are servers. */
  readonly path: Path;
}

/** How a server is to be reached. */
export type Reach =
  | { readonly kind: "http"; readonly url: string }
  | { readonly kind: "stdio"; readonly command: string; readonly args: readonly string[] };

/** What is known of one MCP client. */
export interface Client {
  readonly name: ClientName;
  /** What people call it. */
  readonly label: string;
  readonly format: "json" | "toml";
  /** Key in a file of its own that holds the servers. */
  readonly serversKey: string;
  /** Whether its file can name a server by URL. */
  readonly speaksHttp: boolean;
  /** Whether it replaces `${…}` in its file. */
  readonly hasReferences: boolean;
  /** Where it looks, the place that wins first. */
  places(machine: Machine): readonly ClientPlace[];
  /** The file for all of a person's projects: where we write. */
  ownFile(machine: Machine): string;
  /** A server as its file says it. */
  entryFor(reach: Reach): Readonly<Record<string, unknown>>;
  /** What the person does so that a change is seen. */
  readonly afterwards: string;
}

function plainEntry(reach: Reach): Readonly<Record<string, unknown>> {
  return reach.kind === "http" ? { url: reach.url } : { command: reach.command, args: reach.args };
}

function typedEntry(reach: Reach): Readonly<Record<string, unknown>> {
  return { type: reach.kind, ...plainEntry(reach) };
}

/** @see https://modelcontextprotocol.io/docs/develop/connect-local-servers */
const claude: Client = {
  name: "claude",
  label: "Claude Desktop",
  format: "json",
  serversKey: "mcpServers",
  speaksHttp: false,
  hasReferences: true,
  places: (machine) => [{ file: claude.ownFile(machine), path: ["mcpServers"] }],
  ownFile: (machine) => joined(machine, settingsFolder(machine), "Claude", "claude_desktop_config.json"),
  entryFor: plainEntry,
  afterwards: "Quit Claude Desktop and start it again.",
};

/** @see https://code.claude.com/docs/en/mcp */
const claudeCode: Client = {
  name: "claude-code",
  label: "Claude Code",
  format: "json",
  serversKey: "mcpServers",
  speaksHttp: true,
  hasReferences: true,
  places(machine) {
    const file = claudeCode.ownFile(machine);
    const { cwd } = machine;
    return [
      { file, path: ["projects", cwd, "mcpServers"] },
      ...(machine.platform === "win32" ? [{ file, path: ["projects", cwd.replaceAll("\\", "/"), "mcpServers"] }] : []),
      { file: joined(machine, cwd, ".mcp.json"), path: ["mcpServers"] },
      { file, path: ["mcpServers"] },
    ];
  },
  ownFile: (machine) => joined(machine, namedFolder(machine, "CLAUDE_CONFIG_DIR"), ".claude.json"),
  entryFor: typedEntry,
  afterwards: "Start a new session of Claude Code; /mcp shows it.",
};

/** @see https://cursor.com/docs/mcp */
const cursor: Client = {
  name: "cursor",
  label: "Cursor",
  format: "json",
  serversKey: "mcpServers",
  speaksHttp: true,
  hasReferences: true,
  places: (machine) => [
    { file: joined(machine, machine.cwd, ".cursor", "mcp.json"), path: ["mcpServers"] },
    { file: cursor.ownFile(machine), path: ["mcpServers"] },
  ],
  ownFile: (machine) => joined(machine, machine.home, ".cursor", "mcp.json"),
  entryFor: plainEntry,
  afterwards: "Switch it on in Cursor's settings, under MCP.",
};

/** @see https://code.visualstudio.com/docs/copilot/reference/mcp-configuration */
const vscode: Client = {
  name: "vscode",
  label: "VS Code",
  format: "json",
  serversKey: "servers",
  speaksHttp: true,
  hasReferences: true,
  places: (machine) => [
    { file: joined(machine, machine.cwd, ".vscode", "mcp.json"), path: ["servers"] },
    { file: vscode.ownFile(machine), path: ["servers"] },
  ],
  ownFile: (machine) => joined(machine, settingsFolder(machine), "Code", "User", "mcp.json"),
  entryFor: typedEntry,
  afterwards: "VS Code starts it when a chat needs it; `MCP: List Servers` shows it.",
};

/** @see https://developers.openai.com/codex/mcp */
const codex: Client = {
  name: "codex",
  label: "Codex",
  format: "toml",
  serversKey: "mcp_servers",
  speaksHttp: true,
  hasReferences: false,
  places: (machine) => [
    { file: joined(machine, machine.cwd, ".codex", "config.toml"), path: ["mcp_servers"] },
    { file: codex.ownFile(machine), path: ["mcp_servers"] },
  ],
  ownFile: (machine) => joined(machine, namedFolder(machine, "CODEX_HOME", ".codex"), "config.toml"),
  entryFor: plainEntry,
  afterwards: "Start Codex again; /mcp shows it.",
};

const clients = { claude, "claude-code": claudeCode, cursor, vscode, codex } as const satisfies Record<
  ClientName,
  Client
>;

/**
 * The client of that name.
 *
 * @param option what the person gave the name with, for the error.
 * @throws {GatewayError} `usage` — there is none; the message names the one that was probably meant.
 */
export function clientNamed(name: string, option: string): Client {
  const known = clientNames.find((each) => each === name);
  if (known !== undefined) return clients[known];
  const meant = nearest(name, clientNames);
  const advice = meant === undefined ? "" : `; did you mean ${quoted(meant)}?`;
  throw new GatewayError("usage", `${option} must be one of ${clientNames.join(", ")}, got ${quoted(name)}${advice}`);
}

/** The clients whose files `import --from NAME` reads: for `claude` both programs of that name. */
export function importedClients(client: Client): readonly Client[] {
  return client.name === "claude" ? [claude, claudeCode] : [client];
}
