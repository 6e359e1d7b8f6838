import assert from "node:assert/strict";
import { test } from "node:test";
import { clientNames } from "./client-names.ts";
import { type Client, type Reach, clientNamed } from "./client.ts";
import { entryText, withGateway, withoutGateway } from "./connect.ts";

const http: Reach = { kind: "http", url: "http://127.0.0.1:8001/mcp" };
const stdio: Reach = {
  kind: "stdio",
  command: "node",
  args: ["/x/cli/main.js", "serve", "--stdio", "--config", "C:\\y"],
};
const reaches: readonly Reach[] = [http, stdio];
const own = { ports: new Set([8001]), origins: new Set<string>() };
const [cursor, codex] = [clientNamed("cursor", ""), clientNamed("codex", "")];

function file(client: Client, text: string) {
  return { file: client.format === "toml" ? "/f.toml" : "/f.json", cwd: "/", text };
}

function connected(client: Client, text: string, reach: Reach, name = "switchyard"): string {
  return withGateway(client, file(client, text), { name, reach, own });
}

function disconnected(client: Client, text: string): string {
  return withoutGateway(client, file(client, text), { name: "switchyard", own });
}

test("each client gets the gateway in its own words, where it had no file too", () => {
  const texts = clientNames.map((name) => connected(clientNamed(name, ""), "", http));
  assert.deepEqual(texts, [
    '{\n  "mcpServers": {\n    "switchyard": {\n      "url": "http://127.0.0.1:8001/mcp"\n    }\n  }\n}\n',
    '{\n  "mcpServers": {\n    "switchyard": {\n      "type": "http",\n      "url": "http://127.0.0.1:8001/mcp"\n    }\n  }\n}\n',
    '{\n  "mcpServers": {\n    "switchyard": {\n      "url": "http://127.0.0.1:8001/mcp"\n    }\n  }\n}\n',
    '{\n  "servers": {\n    "switchyard": {\n      "type": "http",\n      "url": "http://127.0.0.1:8001/mcp"\n    }\n  }\n}\n',
    '[mcp_servers.switchyard]\nurl = "http://127.0.0.1:8001/mcp"\n',
  ]);
  assert.equal(
    entryText(codex, "switchyard", stdio),
    '[mcp_servers.switchyard]\ncommand = "node"\nargs = [ "/x/cli/main.js", "serve", "--stdio", "--config", "C:\\\\y" ]',
  );
});

test("everything else stays byte for byte; a second time changes nothing; taking it out gives back what was", () => {
  const json = [
    '\uFEFF{\r\n\t// mine\r\n\t"mcpServers": {\r\n\t\t"a": {"url":"x"}, // one\r\n\t},\r\n\t"n": 1.0e2\r\n}',
    '{"mcpServers":{"a":{"command":"x"}},"projects":{"/p":{"history":["\\u00e9"]}}}',
  ];
  const toml = [
    'model = "x"\n\n[mcp_servers.a]\nurl = "y" # one\n\n[other]\nz = 1979-05-27T07:32:00Z\n',
    "# only a comment\r\n",
  ];
  for (const [client, texts] of [[cursor, json] as const, [codex, toml] as const]) {
    for (const text of texts) {
      for (const reach of reaches) {
        const more = connected(client, text, reach);
        assert.notEqual(more, text);
        assert.equal(connected(client, more, reach), more);
        assert.equal(disconnected(client, more), text);
      }
    }
  }
});

test("an older entry of this gateway is replaced where it stands", () => {
  const before =
    '{\n  "mcpServers": {\n    // the gateway\n    "switchyard": { "url": "http://localhost:8001/mcp" },\n    "a": {}\n  }\n}\n';
  assert.equal(
    connected(cursor, before, http),
    before.replace('{ "url": "http://localhost:8001/mcp" }', '{\n      "url": "http://127.0.0.1:8001/mcp"\n    }'),
  );
  const table =
    '[mcp_servers.switchyard]\ncommand = "switchyard"\nargs = ["serve", "--stdio"]\n[mcp_servers.switchyard.env]\nA = "1"\n[b]\nc = 1\n';
  assert.equal(
    connected(codex, table, http),
    '[b]\nc = 1\n\n[mcp_servers.switchyard]\nurl = "http://127.0.0.1:8001/mcp"\n',
  );
});

test("another server of that name is left alone", () => {
  const taken = { code: "usage", message: 'f.json has another server called "switchyard"' };
  const text = '{ "mcpServers": { "switchyard": { "command": "notes" } } }';
  assert.throws(() => connected(cursor, text, http), taken);
  assert.throws(() => disconnected(cursor, text), taken);
  assert.match(connected(cursor, text, http, "gateway"), /"notes" \}, "gateway": \{"url"/);
  assert.equal(disconnected(cursor, '{ "mcpServers": {} }'), '{ "mcpServers": {} }');
});

test("TOML that no table can follow is left as it is, and said", () => {
  const inline = 'mcp_servers = { a = { url = "x" } }\n';
  assert.throws(() => connected(codex, inline, http), {
    code: "usage",
    message: /^f\.toml writes its mcp_servers in a form/,
  });
  const inText = 'a = """\n[mcp_servers.switchyard]\nurl = "x"\n"""\n';
  assert.throws(() => connected(codex, inText, http), { code: "usage" });
});
