import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, test } from "node:test";
import type { UpstreamStatus } from "../../src/gateway/status.ts";
import type { StdioTarget, UpstreamOptions } from "../../src/upstream/options.ts";
import { fileRig } from "../rig/rig.ts";
import { until } from "../rig/until.ts";
import { call, failureOf, textOf, toolNames } from "./downstream.ts";
import { type Front, fixture, healthy, openFront } from "./front.ts";
import { verifies } from "../requirements/verifies.ts";

const folder = mkdtempSync(join(tmpdir(), "switchyard-faults-"));
const plainFile = join(folder, "plain.txt");
writeFileSync(plainFile, "no program");
chmodSync(plainFile, 0o644);

/** Upstreams that cannot start, and what is said of each. */
const cannotStart: readonly {
  readonly name: string;
  readonly why: string;
  readonly target: Partial<StdioTarget>;
  readonly message: string;
  readonly suggestion: string;
}[] = [
  {
    name: "missing",
    why: "a command that does not exist",
    target: { command: "switchyard-no-such-command" },
    message: 'The command "switchyard-no-such-command" was not found on the PATH',
    suggestion: "Install the command or correct its spelling in `command`; `cwd` must exist.",
  },
  {
    name: "nowhere",
    why: "a working directory that does not exist",
    target: { cwd: join(folder, "nowhere") },
    message: `The command ${JSON.stringify(process.execPath)} was not found on the PATH, or the folder ${join(folder, "nowhere")} does not exist`,
    suggestion: "Install the command or correct its spelling in `command`; `cwd` must exist.",
  },
  {
    name: "plain",
    why: "a file that may not be run",
    target: { command: plainFile },
    message: `The command ${JSON.stringify(plainFile)} may not be run (no execute permission)`,
    suggestion: "Make the command executable, or start it through its interpreter.",
  },
  {
    name: "long",
    why: "arguments longer than the system takes",
    target: { args: ["x".repeat(4 * 1024 * 1024)] },
    message: `The command ${JSON.stringify(process.execPath)} could not be started (E2BIG)`,
    suggestion: "Correct `command`, `args`, `env` and `cwd`.",
  },
  {
    name: "null",
    why: "an argument with a null character",
    target: { args: ["a\u0000b"] },
    message: `The command ${JSON.stringify(process.execPath)} could not be started (ERR_INVALID_ARG_VALUE)`,
    suggestion: "Correct `command`, `args`, `env` and `cwd`.",
  },
];

const upstreams: readonly UpstreamOptions[] = [
  ...cannotStart.map(({ name, target }) => ({
    ...healthy,
    name,
    target: { kind: "stdio" as const, command: process.execPath, args: [], env: {}, ...target },
  })),
  fixture("exits", "exits-at-once"),
  fixture("hangs", "hangs", { startTimeoutMs: 8000 }),
  healthy,
];

const rig = fileRig();
let front: Front;

before(async () => {
  rig.defer(() => {
    rmSync(folder, { recursive: true });
  });
  front = await openFront(rig, upstreams);
  await front.reaches("healthy", "ready");
});

function problemOf({ state }: UpstreamStatus) {
  assert.ok(state.kind === "recovering", `it is ${state.kind}`);
  return state.problem;
}

test("an upstream that works is listed and called while others cannot start and one is still silent", async () => {
  assert.equal(front.status("hangs").state.kind, "starting");
  assert.deepEqual(await toolNames(front.url), ["healthy__echo"]);
  assert.equal(textOf(await call(front.url, "healthy__echo", { text: "hi" })), "hi");
  assert.equal(front.status("hangs").state.kind, "starting", "nobody waited for the silent one");
});

for (const { name, why, message, suggestion } of cannotStart) {
  test(`${why} is said to be the matter, to whoever calls and in the status`, async () => {
    const status = await front.reaches(name, "recovering");
    assert.deepEqual(problemOf(status), { stage: "spawn", code: "upstream_unavailable", message, suggestion });
    assert.equal(status.pid, undefined);
    const result = await call(front.url, `${name}__anything`);
    assert.equal(result["isError"], true);
    assert.equal(textOf(result), `The upstream "${name}" is down: ${message}. ${suggestion}`);
    const { code, upstream, retryable } = failureOf(result);
    assert.deepEqual({ code, upstream, retryable }, { code: "upstream_unavailable", upstream: name, retryable: true });
  });
}

test("an upstream that exits at once is shown with its exit code and its last words, the unfinished one too", async () => {
  const status = await front.reaches("exits", "recovering");
  assert.deepEqual(problemOf(status), {
    stage: "exit",
    code: "upstream_disconnected",
    message: "The upstream went away: it exited with code 3",
    suggestion: "Its last lines of stderr may say why it went away. If they do not, run its command by hand.",
  });
  assert.deepEqual(status.stderr, ["reading the settings", "fatal: TOKEN is not set"]);
  const result = await call(front.url, "exits__anything");
  assert.match(textOf(result), /^The upstream "exits" is down: The upstream went away: it exited with code 3\. /);
});

test("an upstream that never answers is given up after its start timeout, ended, and tried again later", async () => {
  const { pid } = front.status("hangs");
  assert.equal(pid, undefined, "what is not connected yet shows no process");
  const status = await front.reaches("hangs", "recovering");
  assert.deepEqual(problemOf(status), {
    stage: "handshake",
    code: "deadline_exceeded",
    message: "The upstream was not ready within 8000 ms",
    suggestion: "See what it writes to stderr. If it only needs longer, raise its startTimeoutMs.",
  });
  assert.deepEqual(status.stderr, ["waiting for the database"]);
  const result = await call(front.url, "hangs__anything");
  assert.match(
    textOf(result),
    /^The upstream "hangs" is (?:down: The upstream was not ready within 8000 ms\.|not connected)/,
  );
});

test("every upstream that failed is tried again, later and later", async () => {
  verifies("stdio.restart");
  const attemptsOf = (name: string): number => {
    const { state } = front.status(name);
    return "attempts" in state ? state.attempts : 0;
  };
  for (const { name } of cannotStart) {
    await until(() => attemptsOf(name) >= 3, `${name} was tried three times`);
    const { state } = await front.reaches(name, "recovering");
    assert.ok(state.kind === "recovering" && state.nextTryAt > state.since);
  }
  assert.equal(textOf(await call(front.url, "healthy__echo", { text: "still" })), "still");
});
