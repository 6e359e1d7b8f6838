import assert from "node:assert/strict";
import { test } from "node:test";
import { candidates } from "./find-command.ts";

test("a command is looked for where the system looks: in the folders of PATH, or where its path leads", () => {
  const linux = { platform: "linux", path: "/bin::/opt/x", pathExt: undefined, cwd: "/work" } as const;
  assert.deepEqual(candidates("npx", linux), ["/bin/npx", "/opt/x/npx"]);
  assert.deepEqual(candidates("./run.sh", linux), ["/work/run.sh"]);
  assert.deepEqual(candidates("/usr/bin/npx", linux), ["/usr/bin/npx"]);
  assert.deepEqual(candidates("back\\slash", linux), ["/bin/back\\slash", "/opt/x/back\\slash"]);
});

test("on Windows with each of the endings that the system knows", () => {
  const windows = { platform: "win32", path: "C:\\bin;D:\\x", pathExt: ".EXE;.CMD", cwd: "C:\\work" } as const;
  assert.deepEqual(candidates("npx", windows), [
    "C:\\bin\\npx.exe",
    "C:\\bin\\npx.cmd",
    "C:\\bin\\npx",
    "D:\\x\\npx.exe",
    "D:\\x\\npx.cmd",
    "D:\\x\\npx",
  ]);
  assert.deepEqual(candidates("tools\\run.cmd", { ...windows, pathExt: undefined }).at(-1), "C:\\work\\tools\\run.cmd");
});
