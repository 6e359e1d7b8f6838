import assert from "node:assert/strict";
import { test } from "node:test";
import { clientNamed } from "./client.ts";
import { type FoundServer, type ImportBase, planImport } from "./plan-import.ts";

const client = clientNamed("cursor", "--from");

function found(name: string, raw: unknown, file = "/a.json"): FoundServer {
  return { client, file, name, raw };
}

function base(ours: Readonly<Record<string, unknown>> = {}, mayReplace = false): ImportBase {
  const own = { ports: new Set([8001]), origins: new Set(["http://gateway.example"]) };
  return { ours: new Map(Object.entries(ours)), own, mayReplace, env: { SET: "x" } };
}

const one = { command: "one" };

function kinds(servers: readonly FoundServer[], on: ImportBase): readonly string[] {
  return planImport(servers, on).map(({ kind, name }) => `${kind} ${name}`);
}

test("a server is added, kept where it is there in the same words, and replaces another only when told to", () => {
  assert.deepEqual(kinds([found("a", one)], base()), ["add a"]);
  assert.deepEqual(kinds([found("a", one)], base({ a: { command: "one" } })), ["keep a"]);
  assert.deepEqual(kinds([found("a", one)], base({ a: { command: "two" } })), ["leave a"]);
  assert.deepEqual(kinds([found("a", one)], base({ a: { command: "two" } }, true)), ["replace a"]);
});

test("of several with one name the first wins; the others are left out, and said where they differ", () => {
  const decisions = planImport(
    [found("a", one), found("a", one, "/b.json"), found("a", { command: "c" }, "/c.json")],
    base(),
  );
  assert.deepEqual(
    decisions.map((decision) => [decision.kind, decision.found.file, "reason" in decision ? decision.reason : ""]),
    [
      ["add", "/a.json", ""],
      ["leave", "/c.json", "/a.json has one of that name, which wins"],
    ],
  );
});

test("names that no server may have are changed the same way every time, and do not take those of others", () => {
  const servers = ["my server", "my-server", "my__server", "日本", "ok"].map((name) => found(name, one));
  const names = planImport(servers, base()).map(({ name }) => name);
  assert.deepEqual(names, ["my-server-2", "my-server", "my_server", "server-cf2abf0c", "ok"]);
  assert.deepEqual(
    planImport(servers.toReversed(), base())
      .map(({ name }) => name)
      .toReversed(),
    names,
  );
});

test("an entry that leads to this gateway is left out, however it does", () => {
  const loops = [
    { url: "http://localhost:8001/mcp" },
    { type: "http", url: "http://127.0.0.1:8001/mcp/u/files" },
    { url: "ws://[::1]:8001/mcp" },
    { url: "http://gateway.example/mcp" },
    { command: "npx", args: ["-y", "mcp-remote", "http://127.0.0.1:8001/mcp"] },
    { command: "npx", args: ["switchyard@1", "serve", "--stdio"] },
    { command: "C:\\bin\\switchyard.cmd", args: ["serve", "--stdio"] },
    { command: "node", args: ["/x/dist/cli/main.js", "serve", "--stdio", "--config", "/y"] },
  ];
  const others = [
    { url: "http://localhost:8002/mcp" },
    { url: "https://far.example:8001/mcp" },
    { command: "switchyard-notes", args: ["serve", "--stdio"] },
  ];
  assert.deepEqual(new Set(loops.flatMap((raw) => kinds([found("x", raw)], base()))), new Set(["leave x"]));
  assert.deepEqual(new Set(others.flatMap((raw) => kinds([found("x", raw)], base()))), new Set(["add x"]));
});

test("what is no server is left out with what is wrong; variables that are not set are said", () => {
  assert.deepEqual(kinds([found("a", 1), found("b", { args: [] }), found("c", { command: "", url: 1 })], base()), [
    "leave a",
    "leave b",
    "leave c",
  ]);
  const [decision] = planImport([found("a", { command: "x", env: { A: "${UNSET} ${SET}" } })], base());
  assert.ok(decision?.kind === "add");
  assert.deepEqual(decision.notes, ["UNSET must be set in the gateway's environment, and is not"]);
});
