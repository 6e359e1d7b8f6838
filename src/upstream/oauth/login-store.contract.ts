import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { type Login, type LoginStore, emptyLogin, withCredentials } from "./credentials.ts";

/** A login with a part of everything. */
export const fullLogin: Login = {
  ...withCredentials(emptyLogin("https://mcp.example.com/mcp"), "https://auth.example.com", {
    client: {
      id: "client-1",
      secret: "client-secret-1",
      authMethod: "client_secret_post",
      redirectUri: "http://127.0.0.1:8001/oauth/callback",
      scopes: ["read"],
      secretExpiresAt: 5,
    },
    tokens: {
      accessToken: "access-token-1",
      refreshToken: "refresh-token-1",
      clientId: "client-1",
      registered: { id: "client-1", secret: "client-secret-1", authMethod: "client_secret_post" },
      resource: "https://mcp.example.com/mcp",
      granted: ["read"],
    },
    asked: ["read", "offline_access"],
  }),
  issuer: "https://auth.example.com",
  configured: { clientId: "client-0", issuer: "https://auth.example.com" },
};

/** What every store of logins does. `open` opens the same store again where it outlives the process. */
export function testLoginStore(kind: string, open: () => LoginStore): void {
  test(`${kind} gives back what was kept, each upstream its own, until it is forgotten`, async () => {
    const store = open();
    assert.equal(await store.read("a"), undefined);
    await store.change("a", () => fullLogin);
    await store.change("b", (before) => before ?? emptyLogin("https://b.example"));
    assert.deepEqual(await store.read("a"), fullLogin);
    assert.deepEqual(await store.read("b"), emptyLogin("https://b.example"));
    await store.change("a", () => undefined);
    assert.equal(await store.read("a"), undefined);
    await store.change("b", () => undefined);
  });

  test(`${kind} makes changes one after another, each from what the one before left`, async () => {
    const store = open();
    const urls = Array.from({ length: 20 }, (_, at) => String(at));
    await Promise.all(urls.map((url) => store.change("many", (before) => emptyLogin(`${before?.url ?? ""}${url} `))));
    assert.equal((await store.read("many"))?.url, `${urls.join(" ")} `);
    await store.change("many", () => undefined);
  });

  test(`${kind} lets nobody else do anything alone for the same upstream, also where it is opened twice`, async () => {
    const [store, same] = [open(), open()];
    const order: string[] = [];
    const run = (name: string) => async (): Promise<string> => {
      order.push(`${name} begins`);
      await turn();
      order.push(`${name} ends`);
      return name;
    };
    const others = kind.includes("memory") ? store : same;
    const results = await Promise.all([store.alone("a", run("one")), others.alone("a", run("other"))]);
    assert.deepEqual(results, ["one", "other"]);
    assert.equal(order[0]?.split(" ")[0], order[1]?.split(" ")[0]);
    assert.equal(order[2]?.split(" ")[0], order[3]?.split(" ")[0]);
    await assert.rejects(
      store.alone("a", () => Promise.reject(new Error("no"))),
      /no/,
    );
    assert.equal(await store.alone("a", () => store.alone("b", () => Promise.resolve(1))), 1);
  });
}
