import assert from "node:assert/strict";
import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { inspect } from "node:util";
import { systemClock } from "../../core/clock.ts";
import type { LoginStore } from "./credentials.ts";
import { type LoginFileOptions, keyFileName, loginFile, loginFileName } from "./login-file.ts";
import { fullLogin, testLoginStore } from "./login-store.contract.ts";
import { verifies } from "../../../test/requirements/verifies.ts";

function fileIn(options: Omit<LoginFileOptions, "clock">): LoginStore {
  return loginFile({ ...options, clock: systemClock });
}

const folders: string[] = [];

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "switchyard-logins-"));
  folders.push(folder);
  return folder;
}

after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

const shared = { dataDir: join(await newFolder(), "made", "when", "needed") };
testLoginStore("a file with a key beside it", () => fileIn(shared));
const secured = { dataDir: await newFolder(), secret: "correct horse battery staple" };
testLoginStore("a file with the operator's secret", () => fileIn(secured));

test("nothing is made before something is to be kept", async () => {
  const dataDir = join(await newFolder(), "data");
  assert.equal(await fileIn({ dataDir }).read("a"), undefined);
  await assert.rejects(stat(dataDir), { code: "ENOENT" });
});

test("a login is not readable in the folder, and the files are for their owner only", async () => {
  verifies("auth.token-kept");
  const dataDir = await newFolder();
  await fileIn({ dataDir }).change("a", () => fullLogin);
  const names = await readdir(dataDir);
  assert.deepEqual(names.toSorted(), [loginFileName, keyFileName].toSorted());
  for (const name of names) {
    const text = await readFile(join(dataDir, name), "utf8");
    assert.doesNotMatch(text, /token-1|secret-1|client-1|example/);
    if (process.platform !== "win32") assert.equal((await stat(join(dataDir, name))).mode & 0o777, 0o600);
  }
});

test("with the operator's secret there is no key in the folder", async () => {
  const dataDir = await newFolder();
  await fileIn({ dataDir, secret: "s" }).change("a", () => fullLogin);
  assert.deepEqual(await readdir(dataDir), [loginFileName]);
  assert.deepEqual(await fileIn({ dataDir, secret: "s" }).read("a"), fullLogin);
});

test("a secret that is set later opens what the key in the folder locked, and locks what comes", async () => {
  const dataDir = await newFolder();
  await fileIn({ dataDir }).change("a", () => fullLogin);
  const store = fileIn({ dataDir, secret: "s" });
  assert.deepEqual(await store.read("a"), fullLogin);
  await store.change("b", () => fullLogin);
  await rm(join(dataDir, keyFileName));
  assert.deepEqual(await store.read("a"), fullLogin);
});

const damage: Readonly<Record<string, readonly [damage: (dataDir: string) => Promise<void>, told: RegExp]>> = {
  "cut off": [
    (dataDir) => writeFile(join(dataDir, loginFileName), '{"switchyard":"logi'),
    /is damaged, or is something else$/,
  ],
  emptied: [(dataDir) => writeFile(join(dataDir, loginFileName), ""), /is damaged, or is something else$/],
  "changed in a byte": [
    async (dataDir) => {
      const file = join(dataDir, loginFileName);
      const text = await readFile(file, "utf8");
      await writeFile(
        file,
        text.replace(/("data":".)(.)/, (_, head, byte) => `${head}${byte === "A" ? "B" : "A"}`),
      );
    },
    /cannot be unlocked: it is damaged$/,
  ],
  "without its key": [(dataDir) => rm(join(dataDir, keyFileName)), /cannot be unlocked, since logins\.key is gone$/],
  "with a damaged key": [(dataDir) => writeFile(join(dataDir, keyFileName), "x"), /logins\.key, is damaged$/],
};

for (const [name, [harm, told]] of Object.entries(damage)) {
  test(`a file that is ${name} is told of, and left as it is`, async () => {
    const dataDir = await newFolder();
    await fileIn({ dataDir }).change("a", () => fullLogin);
    await harm(dataDir);
    const before = await readFile(join(dataDir, loginFileName), "utf8");
    const store = fileIn({ dataDir });
    for (const asked of [store.read("a"), store.change("a", () => undefined)]) {
      await assert.rejects(asked, (thrown) => {
        assert.equal(Object(thrown).code, "logins_unreadable");
        assert.match(thrown instanceof Error ? thrown.message : "", told);
        assert.doesNotMatch(inspect(thrown, { depth: 9 }), /token-1|secret-1/);
        return true;
      });
    }
    assert.equal(await readFile(join(dataDir, loginFileName), "utf8"), before);
  });
}

test("another secret, or none, does not open the file and is told apart", async () => {
  const dataDir = await newFolder();
  await fileIn({ dataDir, secret: "s" }).change("a", () => fullLogin);
  await assert.rejects(fileIn({ dataDir, secret: "t" }).read("a"), /SWITCHYARD_SECRET is another one/);
  await assert.rejects(fileIn({ dataDir }).read("a"), /SWITCHYARD_SECRET is not set/);
});

test("where the new file cannot be written the old one stays, and no draft is left", async (context) => {
  if (process.getuid?.() === 0) {
    context.skip("root may write everywhere");
    return;
  }
  const dataDir = await newFolder();
  const store = fileIn({ dataDir });
  await store.change("a", () => fullLogin);
  await chmod(dataDir, 0o500);
  await assert.rejects(
    store.change("a", () => undefined),
    { code: "logins_unreadable" },
  );
  await chmod(dataDir, 0o700);
  assert.deepEqual(await store.read("a"), fullLogin);
  assert.equal((await readdir(dataDir)).length, 2);
});

test("a folder that cannot be made is told of", async () => {
  const file = join(await newFolder(), "file");
  await writeFile(file, "");
  await assert.rejects(
    fileIn({ dataDir: file }).change("a", () => fullLogin),
    { code: "logins_unreadable", message: /cannot be (?:read|written) \(E[A-Z]+\)$/ },
  );
});
