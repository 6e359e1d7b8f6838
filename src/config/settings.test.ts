import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { GatewayError } from "../core/errors.ts";
import { readSettings, usualSettings } from "./settings.ts";

const secret = "hunter2secret";

async function settingsIn(content: unknown) {
  const folder = mkdtempSync(join(tmpdir(), "switchyard-settings-"));
  try {
    const file = join(folder, "switchyard.json");
    await writeFile(file, JSON.stringify(content));
    return await readSettings(file, { TOKEN: secret }, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test("every setting says whether it is written, comes from the environment or is a default, and when it is taken up", async () => {
  const settings = await settingsIn({
    listen: { port: 8123 },
    mcpServers: { a: { command: "x", env: { KEY: { env: "TOKEN" } }, timeoutMs: 5 } },
    alerts: { disk: false },
  });
  const of = (key: string) => {
    const { value, from, applies } = settings.find((each) => each.key === key) ?? {};
    return [value, from, applies];
  };
  assert.deepEqual(of("listen.port"), [8123, "file", "at the next start"]);
  assert.deepEqual(of("listen.host"), ["127.0.0.1", "default", "at the next start"]);
  assert.deepEqual(of("mcpServers.a.timeoutMs"), [5, "file", "at once"]);
  assert.deepEqual(of("mcpServers.a.command"), ["x", "file", "at once"]);
  assert.deepEqual(of("mcpServers.a.env.KEY"), [{ env: "TOKEN" }, "environment", "at once"]);
  assert.deepEqual(of("alerts.disk"), [false, "file", "at once"]);
  assert.deepEqual(of("sessions.max"), [10_000, "default", "at the next start"]);
});

test("no setting shows what may be a secret, wherever people put it", async () => {
  const settings = await settingsIn({
    mcpServers: {
      a: {
        command: `x --token=${secret}`,
        args: ["--key", secret, `\${TOKEN:-${secret}}`],
        env: { A: secret, B: `Bearer \${TOKEN}` },
      },
      b: { url: `https://host.example/${secret}?key=${secret}`, headers: { Authorization: `Bearer ${secret}` } },
      c: { connector: "./c.ts", config: { password: secret, deep: [{ any: secret }], pin: 48151623 } },
      d: { url: "https://host.example/", oauth: { clientId: secret, clientSecret: secret } },
    },
    webhooks: { w: { url: `https://hooks.example/${secret}`, secret: { env: "TOKEN" } } },
    store: { url: `postgres://user:${secret}@db.example:5432/${secret}?password=${secret}` },
    cache: { warm: { calls: [{ tool: "a/t", arguments: { password: secret } }] } },
  });
  assert.doesNotMatch(JSON.stringify(settings), new RegExp(`${secret}|48151623`));
  const value = (key: string): unknown => settings.find((each) => each.key === key)?.value;
  assert.deepEqual(value("mcpServers.a.args"), ["…", "…", "${TOKEN:-…}"]);
  assert.equal(value("mcpServers.a.env.B"), "…${TOKEN}");
  assert.equal(value("mcpServers.b.url"), "https://host.example/…");
  assert.equal(value("webhooks.w.url"), "https://hooks.example/…");
});

test("without a file the settings are the defaults; one that is wrong says where", async () => {
  const settings = usualSettings();
  assert.ok(settings.length > 20);
  assert.ok(settings.every(({ from }) => from === "default"));
  await assert.rejects(
    settingsIn({ listen: { prt: 1 } }),
    (thrown) => thrown instanceof GatewayError && /unknown key "prt"/.test(thrown.message),
  );
});
