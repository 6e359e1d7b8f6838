import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { after, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { saidBy } from "./messages.ts";
import { Python } from "./python.ts";

/** One that loads Python anew for every program, and one whose programs begin from an image of it. */
const python = new Python({ memoryMb: 128 });
const prepared = new Python({ memoryMb: 128 });
let preparing: Promise<boolean> | undefined;

after(() => {
  for (const each of [python, prepared]) {
    each.close();
    each.close();
  }
});

const staying = new AbortController().signal;

async function run(
  code: string,
  {
    data = "null",
    variables = [] as string[],
    maxCharacters = 100_000,
    timeoutMs = 60_000,
    signal = staying,
    on = prepared,
  } = {},
) {
  preparing ??= prepared.prepare();
  assert.equal(await preparing, true);
  return on.run({ code, data, variables, maxCharacters }, timeoutMs, signal);
}

test("a program computes with what it is given; its last value, what it printed and the variables asked for come back", async () => {
  const code =
    "import statistics\ntotal = sum(row['amount'] for row in data)\nprint('rows', len(data))\nstatistics.mean(row['amount'] for row in data)";
  const end = await run(code, { data: '[{"amount": 2}, {"amount": 4}]', variables: ["total", "missing"] });
  assert.deepEqual(end, {
    stdout: "rows 2\n",
    stderr: "",
    result: "3",
    variables: { total: "6" },
    error: undefined,
    isCut: false,
  });
});

test("an error is told in Python's words, with the program's own lines only", async () => {
  const { error, stdout } = await run("print('before')\ndef half(n):\n    return n / 0\nhalf(3)");
  assert.equal(stdout, "before\n");
  assert.match(
    error ?? "",
    /^Traceback[^]*"program\.py", line 4[^]*line 3, in half[^]*ZeroDivisionError: division by zero$/,
  );
  assert.doesNotMatch(error ?? "", /pyodide/);
});

for (const [on, how] of [
  [python, "loaded"],
  [prepared, "begun from an image"],
] as const) {
  test(`Python ${how}: nothing of one program is left for the next`, async () => {
    await run("import builtins\nbuiltins.kept = 1\nopen('/tmp/kept', 'w').write('x')", { on });
    const end = await run("import builtins, os\n[hasattr(builtins, 'kept'), os.path.exists('/tmp/kept')]", { on });
    assert.equal(end.result, "[false, false]");
  });

  test(`Python ${how}: a program reaches neither the network, nor files, nor processes, nor the gateway's environment`, async (t) => {
    let reached = 0;
    const server = createServer((socket) => {
      reached += 1;
      socket.destroy();
    }).listen(0, "127.0.0.1");
    t.after(() => server.close());
    await once(server, "listening");
    const { port } = Object(server.address());
    const tries = [
      `import socket\nsocket.create_connection(('127.0.0.1', ${port}))`,
      `import urllib.request\nurllib.request.urlopen('http://127.0.0.1:${port}/')`,
      "from js import fetch",
      "import pyodide.code\npyodide.code.run_js('1')",
      "import pyodide_js\npyodide_js.setStdout.constructor('return process')()",
      "import pyodide_js\npyodide_js.mountNodeFS('/mnt', '/etc')\nopen('/mnt/passwd').read()",
      "open('/etc/passwd').read()",
      "import subprocess\nsubprocess.run(['id'])",
      "import os\nassert 'PATH' in os.environ and len(os.environ['PATH']) > 1 and 'node' in os.environ['PATH']",
    ];
    const code = `
went = []
for at, each in enumerate(data):
    try:
        exec(each)
        went.append(at)
    except BaseException:
        pass
went`;
    const end = await run(code, { data: JSON.stringify(tries), on });
    assert.equal(end.result, "[]", end.error);
    assert.match((await run("import os\nos.system('id')", { on })).error ?? "", /not to be had here/);
    assert.equal(reached, 0);
  });

  test(`Python ${how}: memory beyond the limit is not to be had`, async () => {
    const { error } = await run("data = bytearray(200_000_000)", { on });
    assert.match(error ?? "", /MemoryError$/);
  });
}

test("programs that begin from one image draw other numbers, and find no input", async () => {
  const code =
    "import random, uuid\ntry:\n    input()\nexcept EOFError:\n    print('none')\n[random.random(), str(uuid.uuid4())]";
  const [first, second] = [await run(code), await run(code)];
  assert.equal(first.stdout, "none\n");
  const [[number, id], [otherNumber, otherId]] = [JSON.parse(first.result ?? ""), JSON.parse(second.result ?? "")];
  assert.notEqual(number, otherNumber);
  assert.notEqual(id, otherId);
});

test("where no image can be made, programs load Python as before", async () => {
  const { TMPDIR } = process.env;
  const other = new Python();
  process.env["TMPDIR"] = "/no/such/folder";
  try {
    assert.equal(await other.prepare(), false);
  } finally {
    if (TMPDIR === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = TMPDIR;
  }
  assert.equal((await run("1 + 1", { on: other })).result, "2");
  other.close();
  assert.equal(await other.prepare(), false);
});

test("a program that takes too long is ended, and the next one runs", async () => {
  await assert.rejects(run("while True: pass", { timeoutMs: 300 }), {
    message: /^The program took longer than 0\.3 s and was ended/,
  });
  assert.equal((await run("1 + 1")).result, "2");
});

test("what is printed or returned is cut off where it gets too much", async () => {
  const end = await run("print('x' * 5000)\n'y' * 5000", { maxCharacters: 1000 });
  assert.equal(end.stdout.length, 1000);
  assert.ok((end.result ?? "").length <= 1000);
  assert.equal(end.isCut, true);
});

test("a caller who leaves ends the program", async () => {
  const leaving = new AbortController();
  const running = run("while True: pass", { signal: leaving.signal });
  leaving.abort(new Error("gone"));
  await assert.rejects(running, /gone/);
});

test("what a program makes of its own tools, too long a result or error is cut off", async () => {
  const redefined = await run("import json\njson.dumps = lambda *a, **k: 'x' * 2_000_000\n1", { maxCharacters: 1000 });
  assert.ok((redefined.result ?? "").length <= 1000);
  assert.equal(redefined.isCut, true);
  const hidden = await run(
    "import json\nclass S(str):\n    def __len__(self): return 1\njson.dumps = lambda *a, **k: S('x' * 2_000_000)\n1",
    { maxCharacters: 1000 },
  );
  assert.ok((hidden.result ?? "").length <= 1000);
  assert.equal(hidden.isCut, true);
  const failed = await run("raise Exception('x' * 1_000_000)", { maxCharacters: 1000 });
  assert.match(failed.error ?? "", /^Traceback[^]*Exception: x+$/);
  assert.ok((failed.error ?? "").length <= 1000);
  assert.equal(failed.isCut, true);
});

test("an answer of another shape, or longer than was asked for, is none", () => {
  const asked = { code: "", data: "", variables: ["kept"], maxCharacters: 3 };
  const end = { stdout: "", stderr: "", result: "1", variables: {}, error: undefined, isCut: false };
  const broken = { type: "broken", message: "it answered what is no answer" };
  for (const said of [null, "done", { type: "done" }, { type: "done", end: { ...end, result: "1234" } }]) {
    assert.deepEqual(saidBy(said, asked), broken);
  }
  const all = { type: "done", end: { ...end, variables: { kept: "1", more: "2" } } };
  assert.deepEqual(saidBy(all, asked), { type: "done", end: { ...end, variables: { kept: "1" } } });
});

test("where no process can be started, whoever asks is told", async () => {
  const { execPath } = process;
  const none = new Python();
  try {
    process.execPath = "/no/such/program";
    await assert.rejects(none.run({ code: "1", data: "null", variables: [], maxCharacters: 9 }, 1000, staying), {
      name: "ProgramEnded",
      message: /^Python did not load \(.*ENOENT/,
    });
  } finally {
    process.execPath = execPath;
    none.close();
  }
});

test("a caller who leaves while Python loads is not kept", async () => {
  const other = new Python();
  const leaving = new AbortController();
  const running = other.run({ code: "1", data: "null", variables: [], maxCharacters: 9 }, 1000, leaving.signal);
  setImmediate(() => {
    leaving.abort(new Error("gone"));
  });
  await assert.rejects(running, /gone/);
  other.close();
});

const hasProc = existsSync(`/proc/self/task/${process.pid}/children`);

test(
  "a program that computes ends with a gateway that was killed",
  { skip: hasProc ? false : "the system does not tell a process's children" },
  async () => {
    const gateway = fork(new URL("../../../test/rig/python-gateway.ts", import.meta.url), {
      execArgv: process.execArgv,
    });
    await once(gateway, "message");
    const children = readFileSync(`/proc/${gateway.pid}/task/${gateway.pid}/children`, "utf8").trim().split(" ");
    const running = children.map(Number);
    assert.ok(running.length > 0);
    gateway.kill("SIGKILL");
    await once(gateway, "exit");
    const deadline = Date.now() + 10_000;
    while (running.some(isRunning) && Date.now() < deadline) await setTimeout(50);
    const left = running.filter(isRunning);
    for (const pid of left) process.kill(pid, "SIGKILL");
    assert.deepEqual(left, []);
  },
);

/** A zombie, which nobody has asked for its end yet, does not run. */
function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
