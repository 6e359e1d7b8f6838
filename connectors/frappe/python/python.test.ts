import assert from "node:assert/strict";
import { type Server, createServer } from "node:net";
import { after, before, test } from "node:test";
import { Python } from "./python.ts";

const python = new Python({ memoryMb: 128 });
let server: Server;
let reached = 0;

before(async () => {
  server = createServer((socket) => {
    reached += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
after(() => {
  python.close();
  python.close();
  server.close();
});

const staying = new AbortController().signal;

function run(
  code: string,
  { data = "null", variables = [] as string[], maxCharacters = 100_000, timeoutMs = 60_000, signal = staying } = {},
) {
  return python.run({ code, data, variables, maxCharacters }, timeoutMs, signal);
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

test("nothing of one program is left for the next", async () => {
  await run("import builtins\nbuiltins.kept = 1\nopen('/tmp/kept', 'w').write('x')");
  const end = await run("import builtins, os\n[hasattr(builtins, 'kept'), os.path.exists('/tmp/kept')]");
  assert.equal(end.result, "[false, false]");
});

test("a program reaches neither the network, nor files, nor processes, nor the gateway's environment", async () => {
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
        exec(each, {})
        went.append(at)
    except BaseException:
        pass
went`;
  const end = await run(code, { data: JSON.stringify(tries) });
  assert.equal(end.result, "[]", end.error);
  assert.match((await run("import os\nos.system('id')")).error ?? "", /not to be had here/);
  assert.equal(reached, 0);
});

test("a program that takes too long is ended, and the next one runs", async () => {
  await assert.rejects(run("while True: pass", { timeoutMs: 300 }), {
    message: /^The program took longer than 0\.3 s and was ended/,
  });
  assert.equal((await run("1 + 1")).result, "2");
});

test("memory beyond the limit is not to be had", async () => {
  const { error } = await run("data = bytearray(200_000_000)");
  assert.match(error ?? "", /MemoryError$/);
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
