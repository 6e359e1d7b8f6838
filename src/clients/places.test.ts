import assert from "node:assert/strict";
import { test } from "node:test";
import { clientNames } from "./client-names.ts";
import { clientNamed } from "./client.ts";
import type { Machine } from "./places.ts";

const linux: Machine = { platform: "linux", env: {}, home: "/home/ada", cwd: "/work" };
const mac: Machine = { platform: "darwin", env: {}, home: "/Users/ada", cwd: "/work" };
const windows: Machine = {
  platform: "win32",
  env: { APPDATA: "D:\\Roaming" },
  home: "C:\\Users\\ada",
  cwd: "C:\\work",
};

function filesOn(machine: Machine): Record<string, string> {
  return Object.fromEntries(clientNames.map((name) => [name, clientNamed(name, "--from").ownFile(machine)]));
}

test("each client's file is where the client looks for it on that system", () => {
  assert.deepEqual(filesOn(linux), {
    claude: "/home/ada/.config/Claude/claude_desktop_config.json",
    "claude-code": "/home/ada/.claude.json",
    cursor: "/home/ada/.cursor/mcp.json",
    vscode: "/home/ada/.config/Code/User/mcp.json",
    codex: "/home/ada/.codex/config.toml",
  });
  assert.deepEqual(filesOn(mac), {
    claude: "/Users/ada/Library/Application Support/Claude/claude_desktop_config.json",
    "claude-code": "/Users/ada/.claude.json",
    cursor: "/Users/ada/.cursor/mcp.json",
    vscode: "/Users/ada/Library/Application Support/Code/User/mcp.json",
    codex: "/Users/ada/.codex/config.toml",
  });
  assert.deepEqual(filesOn(windows), {
    claude: "D:\\Roaming\\Claude\\claude_desktop_config.json",
    "claude-code": "C:\\Users\\ada\\.claude.json",
    cursor: "C:\\Users\\ada\\.cursor\\mcp.json",
    vscode: "D:\\Roaming\\Code\\User\\mcp.json",
    codex: "C:\\Users\\ada\\.codex\\config.toml",
  });
  const bare = { ...windows, env: {} };
  assert.equal(filesOn(bare)["claude"], "C:\\Users\\ada\\AppData\\Roaming\\Claude\\claude_desktop_config.json");
});

test("the variables that move a client's folder are heeded", () => {
  const env = { XDG_CONFIG_HOME: "/x", CLAUDE_CONFIG_DIR: "/c", CODEX_HOME: "/o" };
  assert.deepEqual(filesOn({ ...linux, env }), {
    claude: "/x/Claude/claude_desktop_config.json",
    "claude-code": "/c/.claude.json",
    cursor: "/home/ada/.cursor/mcp.json",
    vscode: "/x/Code/User/mcp.json",
    codex: "/o/config.toml",
  });
});

test("the project's own files come before those of all projects", () => {
  const code = clientNamed("claude-code", "--from").places(windows);
  assert.deepEqual(code, [
    { file: "C:\\Users\\ada\\.claude.json", path: ["projects", "C:\\work", "mcpServers"] },
    { file: "C:\\Users\\ada\\.claude.json", path: ["projects", "C:/work", "mcpServers"] },
    { file: "C:\\work\\.mcp.json", path: ["mcpServers"] },
    { file: "C:\\Users\\ada\\.claude.json", path: ["mcpServers"] },
  ]);
  assert.deepEqual(clientNamed("vscode", "--from").places(linux)[0], {
    file: "/work/.vscode/mcp.json",
    path: ["servers"],
  });
});

test("a client that is not known is told with the one that was meant", () => {
  assert.throws(() => clientNamed("vs-code", "--from"), {
    code: "usage",
    message: '--from must be one of claude, claude-code, cursor, vscode, codex, got "vs-code"; did you mean "vscode"?',
  });
});
