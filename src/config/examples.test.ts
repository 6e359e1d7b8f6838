import assert from "node:assert/strict";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { GatewayError } from "../core/errors.ts";
import { jsoncFormat } from "./jsonc.ts";
import { pathsIn, withValue } from "../../test/rig/places.ts";
import { parseConfig } from "./parse.ts";
import { configJsonSchema } from "./schema.ts";

const env = { GITHUB_PERSONAL_ACCESS_TOKEN: "ghp_1", API_KEY: "k", PERPLEXITY_API_KEY: "p", HOME: "/home/ada" };

/** Configurations as other programs' documentation shows them, and as ours does. */
const accepted: Readonly<Record<string, string>> = {
  "nothing at all": "",
  "an empty object": "{}",
  "Claude Desktop, filesystem": `{
  "mcpServers": {
    "filesystem": {
      "command": "npx",
      "args": [
        "-y",
        "@modelcontextprotocol/server-filesystem",
        "/Users/username/Desktop",
        "/Users/username/Downloads"
      ]
    }
  }
}`,
  "Claude Desktop, a token in env": `{
  "mcpServers": {
    "brave-search": {
      "command": "npx",
      "args": ["-y", "@modelcontextprotocol/server-brave-search"],
      "env": { "BRAVE_API_KEY": "your-brave-api-key", "APPDATA": "C:\\\\Users\\\\user\\\\AppData\\\\Roaming\\\\" }
    }
  }
}`,
  "Cursor, stdio and remote": `{
  "mcpServers": {
    "local-server": {
      "command": "python",
      "args": ["\${workspaceFolder}/tools/mcp_server.py"],
      "env": { "API_KEY": "\${env:API_KEY}" }
    },
    "web-api": {
      "url": "https://api.example.com/mcp",
      "headers": { "Authorization": "Bearer \${env:API_KEY}" }
    }
  }
}`,
  "Cursor, with its type and a home folder": `{
  "mcpServers": {
    "server-name": {
      "type": "stdio",
      "command": "npx",
      "args": ["-y", "mcp-server", "\${userHome}/data"],
      "env": {}
    }
  }
}`,
  "VS Code, http and stdio": `{
  "servers": {
    "github": {
      "type": "http",
      "url": "https://api.githubcopilot.com/mcp"
    },
    "playwright": {
      "command": "npx",
      "args": ["-y", "@microsoft/mcp-server-playwright"],
      "dev": { "watch": "build/**/*.js", "debug": { "type": "node" } },
      "gallery": "https://api.mcp.github.com"
    }
  }
}`,
  "VS Code, inputs that no server uses, comments, trailing commas": `{
  // asked by the editor
  "inputs": [
    { "type": "promptString", "id": "perplexity-key", "description": "Perplexity API Key", "password": true },
  ],
  "servers": {
    "perplexity": {
      "type": "stdio",
      "command": "npx",
      "args": ["-y", "server-perplexity-ask"],
      "env": { "PERPLEXITY_API_KEY": "\${PERPLEXITY_API_KEY}" },
    },
  },
}`,
  "Cline, with its approvals": `{
  "mcpServers": {
    "linear": { "command": "mcp-remote", "alwaysAllow": ["list"], "autoApprove": [], "disabled": false }
  }
}`,
  "the transport before Streamable HTTP, and WebSocket": `{
  "mcpServers": {
    "old": { "type": "sse", "url": "https://old.example/sse", "headers": { "X-Api-Key": { "env": "API_KEY" } } },
    "live": { "type": "ws", "url": "wss://live.example/mcp" },
    "long": { "type": "websocket", "url": "ws://127.0.0.1:9000/mcp", "headers": { "X-Api-Key": { "env": "API_KEY" } } },
    "plain": { "url": "wss://plain.example/mcp" }
  }
}`,
  "keys of the other kind, but empty": `{
  "mcpServers": {
    "a": { "url": "https://a.example/mcp", "args": [], "env": {} },
    "b": { "command": "b", "headers": {} }
  }
}`,
  "everything of our own": `{
  "$schema": "./switchyard.schema.json",
  "mcpServers": {
    "github": {
      "type": "streamable-http",
      "url": "https://api.example.com/mcp",
      "headers": { "Authorization": { "env": "API_KEY" }, "X-Region": "eu" },
      "timeoutMs": 60000,
      "startTimeoutMs": 3600000,
      "description": "Issues"
    },
    "bounded": {
      "command": "x",
      "limits": { "memoryMiB": { "soft": 400, "hard": 500 }, "cpuPercent": {}, "processes": { "hard": 20 } }
    },
    "busy": {
      "command": "x",
      "timeoutMs": 1000, "maxTimeoutMs": 86400000, "validate": false, "rateLimit": { "perMinute": 5, "burst": 1 },
      "retry": { "attempts": 5, "firstMs": 1, "longestMs": 100 }, "concurrency": { "max": 1, "queue": 0, "waitMs": 5 },
      "fallback": { "result": { "content": [] } },
      "tools": {
        "read_*": { "fallback": { "tool": "github/read", "arguments": { "a": "{b}" } }, "rateLimit": false },
        "x": { "fallback": false }
      }
    },
    "a.b-c_1": { "command": "x", "env": { "KEY": { "env": "API_KEY" } }, "cwd": "sub", "disabled": true }
  },
  "listen": {
    "host": "::1", "port": 0,
    "allowedHosts": ["gateway.example.com"],
    "allowedOrigins": ["https://app.example.com", "http://[::1]:3000", "vscode-webview://abc"]
  },
  "sessions": { "max": 1, "idleMs": 1000 },
  "rateLimit": { "caller": { "perMinute": 5 }, "session": false },
  "profiles": {
    "triage": {
      "upstreams": {
        "github": {
          "tools": ["*_issue", "search_*", "!delete_*"],
          "prompts": [],
          "resources": ["!repo://secret/*"],
          "overrides": {
            "tools": {
              "create_issue": {
                "name": "report", "title": "Report", "description": "Reports a fault.",
                "parameters": {
                  "owner": { "value": { "any": ["JSON", 1, null] } },
                  "labels": { "default": ["bug"], "description": "What it is about." }
                }
              }
            },
            "prompts": {}
          }
        },
        "a.b-c_1": {}
      },
      "readOnly": false,
      "prefix": true,
      "instructions": "Search before you report.",
      "search": { "mode": "instead", "alwaysListed": ["report"] }
    },
    "all": { "search": "beside" }
  },
  "search": "off",
  "dataDir": "/var/lib/switchyard"
}`,
};

function profile(text: string): string {
  return `{ "mcpServers": { "files": { "command": "x" }, "memory": { "command": "x" } }, "profiles": { "p": ${text} } }`;
}

function files(text: string): string {
  return profile(`{ "upstreams": { "files": ${text} } }`);
}

function server(text: string): string {
  return `{ "mcpServers": { "a": ${text} } }`;
}

/** Wrong structure, and what the loader says about it. */
const refused: Readonly<Record<string, readonly [text: string, says: RegExp]>> = {
  "a list": ["[]", /the file must be an object, got a list$/],
  "an unknown key at the top": [
    '{ "mcpServer": {} }',
    /unknown key "mcpServer" in the file; did you mean "mcpServers"\?$/,
  ],
  "both spellings of servers": ['{ "mcpServers": {}, "servers": {} }', /a file has only one of them$/],
  "servers in a list": [
    '{ "mcpServers": [] }',
    /mcpServers must be an object that gives each server a name, got a list$/,
  ],
  "a server that is text": [server('"npx x"'), /mcpServers\.a must be an object, got a string$/],
  "an unknown key in a server": [
    server('{ "comand": "x" }'),
    /^switchyard\.jsonc:1:26: unknown key "comand" in mcpServers\.a; did you mean "command"\?$/,
  ],
  "an unknown key like no other": [
    server('{ "command": "x", "permissions": {} }'),
    /unknown key "permissions" in mcpServers\.a; the keys there are type, command, args, .*gallery$/,
  ],
  "enabledTools, whose loss would open what was closed": [
    server('{ "command": "x", "enabledTools": ["ls"] }'),
    /unknown key "enabledTools" in mcpServers\.a/,
  ],
  "neither command nor url": [
    server("{}"),
    /mcpServers\.a must have a "command" to start, a "url" to reach or a "connector" to run$/,
  ],
  "command and url": [
    server('{ "command": "x", "url": "https://x.example" }'),
    /either "command", "url" or "connector", got "command" and "url"$/,
  ],
  "an empty command": [server('{ "command": "" }'), /command must be a string that is not empty, got an empty string$/],
  "a command in a list": [server('{ "command": ["npx"] }'), /command must be a string that is not empty, got a list$/],
  "a number among the args": [
    server('{ "command": "x", "args": ["a", 1] }'),
    /args\[1\] must be a string, got a number$/,
  ],
  "args as text": [server('{ "command": "x", "args": "-y" }'), /args must be a list of strings, got a string$/],
  "a number in env": [
    server('{ "command": "x", "env": { "PORT": 1 } }'),
    /env\.PORT must be a string or \{ "env": "NAME" \}, got a number$/,
  ],
  "a reference with another key": [
    server('{ "command": "x", "env": { "K": { "env": "A", "file": "b" } } }'),
    /unknown key "file" in mcpServers\.a\.env\.K; the keys there are env$/,
  ],
  "a reference to what cannot be a variable": [
    server('{ "command": "x", "env": { "K": { "env": "A-B" } } }'),
    /env\.K\.env must be the name of an environment variable.*, got a string$/,
  ],
  "a type that does not exist": [
    server('{ "type": "pipe", "command": "x" }'),
    /type must be "stdio", "http", "streamable-http", "streamableHttp", "sse", "ws" or "websocket", got "pipe"$/,
  ],
  "http with a command": [server('{ "type": "http", "command": "x" }'), /type does not fit a server with a "command"/],
  "sse with a command": [server('{ "type": "sse", "command": "x" }'), /type does not fit a server with a "command"/],
  "ws with a command": [server('{ "type": "ws", "command": "x" }'), /type does not fit a server with a "command"/],
  "stdio with a url": [
    server('{ "type": "stdio", "url": "https://x.example" }'),
    /type does not fit a server with a "url"/,
  ],
  "headers for a command": [
    server('{ "command": "x", "headers": { "A": "b" } }'),
    /headers does nothing for a server with a "command"; remove it$/,
  ],
  "env for a url": [
    server('{ "url": "https://x.example", "env": { "A": "b" } }'),
    /env does nothing for a server with a "url"/,
  ],
  "a working directory for a url": [server('{ "url": "https://x.example", "cwd": "x" }'), /cwd does nothing/],
  "disabled as text": [server('{ "command": "x", "disabled": "no" }'), /disabled must be true or false, got "no"$/],
  "a timeout of 0": [
    server('{ "command": "x", "timeoutMs": 0 }'),
    /mcpServers\.a\.timeoutMs must be a whole number from 1 to 86400000, got 0$/,
  ],
  "a timeout with a unit": [server('{ "command": "x", "timeoutMs": "5s" }'), /from 1 to 86400000, got "5s"$/],
  "an unknown limit": [
    server('{ "command": "x", "limits": { "memory": {} } }'),
    /unknown key "memory" in mcpServers\.a\.limits; did you mean "memoryMiB"\?$/,
  ],
  "an unknown part of a limit": [
    server('{ "command": "x", "limits": { "processes": { "max": 5 } } }'),
    /unknown key "max" in mcpServers\.a\.limits\.processes/,
  ],
  "a limit that is none": [
    server('{ "command": "x", "limits": { "memoryMiB": { "hard": 0 } } }'),
    /limits\.memoryMiB\.hard must be a whole number from 1 to 1048576, got 0$/,
  ],
  "limits of what is not started": [
    server('{ "url": "https://x.example", "limits": { "processes": { "hard": 5 } } }'),
    /limits does nothing for a server with a "url"; remove it$/,
  ],
  "half a millisecond": [server('{ "command": "x", "startTimeoutMs": 1.5 }'), /from 1 to 3600000, got 1\.5$/],
  "a space in a name": [
    '{ "mcpServers": { "My Server": { "command": "x" } } }',
    /mcpServers\["My Server"\]: a server's name is .*; rename it to "My-Server"$/,
  ],
  "two underscores in a name": [
    '{ "servers": { "a__b": { "command": "x" } } }',
    /servers\.a__b: .*; rename it to "a_b"$/,
  ],
  "an underscore at the end of a name": ['{ "servers": { "a_": { "command": "x" } } }', /; rename it to "a"$/],
  "an empty name": ['{ "servers": { "": { "command": "x" } } }', /servers\[""\]: .* does not end with "_"$/],
  "a name of 65 characters": [`{ "servers": { "${"a".repeat(65)}": { "command": "x" } } }`, /rename it to "a{60}…"$/],
  "a port out of range": [
    '{ "listen": { "port": 65536 } }',
    /listen\.port must be a whole number from 0 to 65535, got 65536$/,
  ],
  "a misspelt key of listen": ['{ "listen": { "hots": "x" } }', /unknown key "hots" in listen; did you mean "host"\?$/],
  "an origin with a path": [
    '{ "listen": { "allowedOrigins": ["https://app.example.com/"] } }',
    /allowedOrigins\[0\] must be the origin of a web page, .*, got "https:\/\/app\.example\.com\/"$/,
  ],
  "every origin": ['{ "listen": { "allowedOrigins": ["*"] } }', /must be the origin of a web page.*, got "\*"$/],
  "no sessions": ['{ "sessions": { "max": 0 } }', /sessions\.max must be a whole number from 1 to 1000000, got 0$/],
  "sessions that end at once": ['{ "sessions": { "idleMs": 999 } }', /from 1000 to 2592000000, got 999$/],
  "null for a section": ['{ "listen": null }', /listen must be an object, got null$/],
  "an empty data folder": [
    '{ "dataDir": "" }',
    /dataDir must be the path of a folder, not empty and without \$\{…\}, got ""$/,
  ],
  "a reference in the data folder": [
    '{ "dataDir": "${HOME}/x" }',
    /dataDir must be .* without \$\{…\}, got "\$\{HOME\}\/x"$/,
  ],
  "a profile in a list": [
    '{ "profiles": [] }',
    /profiles must be an object that gives each profile a name, got a list$/,
  ],
  "an unknown key in a profile": [
    profile('{ "upstream": {} }'),
    /unknown key "upstream" in profiles\.p; did you mean "upstreams"\?$/,
  ],
  "an unknown key in a profile's server": [
    files('{ "tool": [] }'),
    /unknown key "tool" in profiles\.p\.upstreams\.files; did you mean "tools"\?$/,
  ],
  "an unknown key in overrides": [
    files('{ "overrides": { "tool": {} } }'),
    /unknown key "tool" in profiles\.p\.upstreams\.files\.overrides; did you mean "tools"\?$/,
  ],
  "parameters of a prompt": [
    files('{ "overrides": { "prompts": { "x": { "parameters": {} } } } }'),
    /unknown key "parameters" in .*overrides\.prompts\.x; the keys there are name, title, description$/,
  ],
  "an unknown key of a parameter": [
    files('{ "overrides": { "tools": { "x": { "parameters": { "y": { "vale": 1 } } } } } }'),
    /unknown key "vale" in .*tools\.x\.parameters\.y; did you mean "value"\?$/,
  ],
  "a parameter's value a level too high": [
    files('{ "overrides": { "tools": { "x": { "parameters": { "key": "secret" } } } } }'),
    /parameters\.key must be an object, got a string$/,
  ],
  "a pattern that is none": [
    files('{ "tools": ["!"] }'),
    /tools\[0\] must be a name, a pattern .* after "!", got "!"$/,
  ],
  "a name that no tool may have": [
    files('{ "overrides": { "tools": { "x": { "name": "read note" } } } }'),
    /name must be 1 to 128 letters, .*, got "read note"$/,
  ],
  "a search of another kind": [
    profile('{ "search": "on" }'),
    /search must be "off", "beside" or "instead", or an object, got "on"$/,
  ],
  "a search with another mode": [
    profile('{ "search": { "mode": true } }'),
    /search\.mode must be "off", "beside" or "instead", got true$/,
  ],
  "an unknown key in a search": [
    '{ "search": { "mode": "instead", "always": [] } }',
    /unknown key "always" in search; the keys there are mode, alwaysListed$/,
  ],
  "inputs that are no list": ['{ "inputs": {} }', /inputs must be a list, got an object$/],
};

const isValid = new Ajv2020({ strict: true, allErrors: true }).compile(configJsonSchema());

for (const [name, text] of Object.entries(accepted)) {
  test(`the loader and the JSON Schema accept ${name}`, () => {
    parseConfig(text, "switchyard.jsonc", env, "/work");
    isValid(jsoncFormat.read(text).content ?? {});
    assert.deepEqual(isValid.errors ?? [], []);
  });
}

for (const [name, [text, says]] of Object.entries(refused)) {
  test(`the loader and the JSON Schema refuse ${name}`, () => {
    assert.throws(
      () => parseConfig(text, "switchyard.jsonc", env, "/work"),
      (thrown) => {
        assert.ok(thrown instanceof GatewayError);
        assert.equal(thrown.code, "invalid_config");
        assert.match(thrown.message, says);
        return true;
      },
    );
    assert.equal(isValid(jsoncFormat.read(text).content), false);
  });
}

test("a value of any wrong type, wherever it stands, is told in our words", () => {
  const whole = jsoncFormat.read(accepted["everything of our own"] ?? "").content;
  const paths = pathsIn(whole, []);
  assert.ok(paths.length > 30, `found ${paths.length} paths`);
  for (const path of paths) {
    for (const wrong of [null, true, 1.5, -1, 1e300, "", [null], { x: [] }]) {
      try {
        parseConfig(JSON.stringify(withValue(whole, path, wrong)), "switchyard.json", env, "/work");
      } catch (thrown) {
        assert.ok(thrown instanceof GatewayError);
        assert.doesNotMatch(thrown.message, /invalid|expected|too (big|small|short)|unrecognized|undefined/i);
      }
    }
  }
});
