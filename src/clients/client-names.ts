/** The names by which commands know MCP clients. */
export const clientNames = ["claude", "claude-code", "cursor", "vscode", "codex"] as const;

export type ClientName = (typeof clientNames)[number];
