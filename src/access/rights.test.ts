import assert from "node:assert/strict";
import { test } from "node:test";
import { actions, checkMay, may } from "./actions.ts";
import { grantIn } from "./grant.ts";
import { roles } from "./principal.ts";
import { type Profiles, type Rights, type Wanted, mayHear, maySee, mayUse, rightsKey, rightsOf } from "./rights.ts";

/** A profile `dev`, which shows the tool `list` of `files`, and nothing else. */
const profiles: Profiles = {
  show: (names, { kind, upstream, name }) =>
    names.has("dev") && kind === "tools" && upstream === "files" && name === "list",
  have: (names, upstream) => names.has("dev") && upstream === "files",
};

function granted(...texts: string[]): Rights {
  return rightsOf(
    "user",
    texts.map(grantIn).filter((grant) => grant !== undefined),
  );
}

function sees(rights: Rights, upstream: string, profile?: string): boolean {
  return maySee(rights, { upstream, profile, from: undefined }, profiles);
}

function tool(upstream: string, name: string, more: Partial<Wanted> = {}): Wanted {
  return { kind: "tools", upstream, name, isReading: false, profile: undefined, ...more };
}

test("without a grant nothing may be used, and no upstream is known", () => {
  const rights = granted();
  assert.equal(mayUse(rights, tool("files", "list"), profiles), false);
  assert.equal(mayUse(rights, tool("files", "list", { profile: "dev" }), profiles), false);
  assert.equal(mayUse(rights, tool("files", "a", { kind: "resources", isReading: true }), profiles), false);
  assert.equal(sees(rights, "files"), false);
  assert.equal(mayHear(rights, "files", undefined), false);
});

const table: readonly (readonly [grant: string, wanted: Wanted, mayUse: boolean])[] = [
  ["files", tool("files", "write"), true],
  ["files", tool("files", "a", { kind: "resources", isReading: true }), true],
  ["files", tool("files", "a", { kind: "prompts", isReading: true }), true],
  ["files", tool("files2", "write"), false],
  ["files", tool("Files", "write"), false],
  ["f*", tool("files", "write"), true],
  ["*", tool("anything", "at all"), true],
  ["files/*", tool("files", "a", { kind: "templates", isReading: true }), true],
  ["files/read_*", tool("files", "read_file"), true],
  ["files/read_*", tool("files", "unread_file"), false],
  ["files/read_*", tool("other", "read_file"), false],
  ["files/read_*", tool("files", "read_a", { kind: "prompts", isReading: true }), false],
  ["files/read_*", tool("files", "read_a", { kind: "resources", isReading: true }), false],
  ["*/list", tool("files", "list"), true],
  ["*/list", tool("files", "list_all"), false],
  ["files/a/b", tool("files", "a/b"), true],
  ["files/.*", tool("files", "xy"), false],
  ["read:files", tool("files", "write"), false],
  ["read:files", tool("files", "list", { isReading: true }), true],
  ["read:files", tool("files", "a", { kind: "resources", isReading: true }), true],
  ["read:files/w*", tool("files", "write"), false],
  ["profile:dev", tool("files", "anything", { profile: "dev" }), true],
  ["profile:dev", tool("files", "list"), true],
  ["profile:dev", tool("files", "write"), false],
  ["profile:dev", tool("files", "write", { profile: "other" }), false],
  ["profile:d*", tool("files", "list", { profile: "other" }), true],
  ["profile:other", tool("files", "list"), false],
  ["read:profile:dev", tool("files", "list"), false],
  ["read:profile:dev", tool("files", "list", { isReading: true }), true],
];

for (const [grant, wanted, expected] of table) {
  const { kind, upstream, name, isReading, profile } = wanted;
  const what = `${kind} ${upstream}/${name}${isReading ? ", which changes nothing," : ""} at ${profile ?? "no profile"}`;
  test(`the grant ${grant} ${expected ? "lets use" : "does not let use"} ${what}`, () => {
    assert.equal(mayUse(granted(grant), wanted, profiles), expected);
  });
}

test("an upstream is known to whoever may use something of it", () => {
  assert.ok(sees(granted("files/read_*"), "files"));
  assert.ok(sees(granted("profile:dev"), "files"));
  assert.ok(sees(granted("profile:dev"), "other", "dev"), "what its own address shows");
  assert.ok(!sees(granted("profile:dev", "files"), "other"));
});

test("what an upstream says to nobody in particular is for those who may use all of it", () => {
  assert.ok(mayHear(granted("files"), "files", undefined));
  for (const grant of ["files/read_*", "read:files", "profile:dev", "other"])
    assert.ok(!mayHear(granted(grant), "files", undefined));
});

test("admins and operators may use everything, viewers only what changes nothing", () => {
  assert.equal(rightsOf("admin", []).kind, "everything");
  assert.equal(rightsOf("operator", []).kind, "everything");
  const viewer = rightsOf(
    "viewer",
    [grantIn("files")].filter((grant) => grant !== undefined),
  );
  assert.equal(mayUse(viewer, tool("files", "write"), profiles), false);
  assert.equal(mayUse(viewer, tool("files", "list", { isReading: true }), profiles), true);
});

test("what is for a role and those above it is for nobody below, whatever is granted", () => {
  const all = [grantIn("*")].filter((grant) => grant !== undefined);
  for (const from of roles) {
    const wanted = tool("files", "list", { isReading: true, from });
    const allowed = roles.filter((role) => mayUse(rightsOf(role, all), wanted, profiles));
    assert.deepEqual(allowed, roles.slice(0, roles.indexOf(from) + 1), from);
  }
  assert.equal(mayUse(rightsOf("user", []), tool("files", "list", { from: "viewer" }), profiles), false);
  const keys = roles.map((role) => rightsKey(rightsOf(role, all)));
  assert.equal(new Set(keys).size, roles.length);
});

test("equal rights have equal keys, whatever the order of their grants; others do not", () => {
  assert.equal(rightsKey(granted("a", "b", "a")), rightsKey(granted("b", "a")));
  assert.notEqual(rightsKey(granted("a")), rightsKey(granted("a", "b")));
  assert.notEqual(rightsKey(granted()), rightsKey(rightsOf("admin", [])));
});

test("what is no grant is taken for none", () => {
  for (const text of [
    "",
    "files ",
    "a b",
    "!files",
    "files/!x",
    "files/",
    "/x",
    "read:",
    "profile:",
    "write:files",
    "profile:a/b",
    "files\n",
    "files/a\nb",
    `files/${"x".repeat(300)}`,
  ]) {
    assert.equal(grantIn(text), undefined, JSON.stringify(text));
  }
});

test("a role may do what it is for, and all that lower ones may", () => {
  for (const action of Object.keys(actions).filter((name): name is keyof typeof actions =>
    Object.hasOwn(actions, name),
  )) {
    const allowed = roles.filter((role) => may({ role }, action));
    assert.deepEqual(allowed, roles.slice(0, roles.indexOf(actions[action].from) + 1), action);
  }
  assert.throws(() => {
    checkMay({ role: "user" }, "manage_keys");
  }, /The role user may not make, list and revoke API keys; from admin on a role may/);
});
