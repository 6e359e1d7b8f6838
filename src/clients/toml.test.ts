import assert from "node:assert/strict";
import { test } from "node:test";
import { readToml, withTable, withoutTable } from "./toml.ts";

const entry = { command: "node", args: ["a b", 'c"d'] };
const table = '[mcp_servers.switchyard]\ncommand = "node"\nargs = [ "a b", "c\\"d" ]\n';

test("a table goes to the end, and taking it out leaves what was there byte for byte", () => {
  const texts = [
    "",
    'model = "x"\n',
    'model = "x"\r\n\r\n# mine\r\n[mcp_servers.a] # one\r\nurl = "y"\r\n',
    'a = """\n[mcp_servers.switchyard]\n"""\n[[b.c]]\nd = 1\n',
  ];
  for (const text of texts) {
    const more = withTable(text, "mcp_servers", "switchyard", entry);
    assert.ok(more.startsWith(text));
    assert.ok(more.replaceAll("\r\n", "\n").endsWith(table), more);
    assert.equal(readToml(more).kind, "read");
    if (!text.includes('"""')) assert.equal(withoutTable(more, "mcp_servers", "switchyard"), text);
  }
});

test("a table is taken out with those inside it, wherever it stands; what is around it stays", () => {
  const text = [
    "a = 1\n",
    "\n",
    "# of ours\n",
    "[mcp_servers.'switchyard'] # here\n",
    'url = "x"\n',
    "[ mcp_servers . switchyard . env ]\n",
    'A = "1"\n',
    "\n",
    "# of the next\n",
    "[mcp_servers.other]\n",
    'url = "y"\n',
  ];
  assert.equal(
    withoutTable(text.join(""), "mcp_servers", "switchyard"),
    [...text.slice(0, 3), ...text.slice(7)].join(""),
  );
  assert.equal(withoutTable(text.join(""), "mcp_servers", "absent"), text.join(""));
});

test("what is not TOML is told by its place", () => {
  assert.deepEqual(readToml('a = 1\nb = "'), { kind: "broken", line: 2, column: 5 });
});
