import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { explainError } from "switchyard/connector";
import { seedSample } from "../simulator/seed-sample.ts";
import { type SimulatorOptions, startSimulator } from "../simulator/start.ts";
import type { Client } from "./client.ts";
import { type FailureCode, FrappeError } from "./frappe-error.ts";
import { openSite } from "./site.ts";

const never = new AbortController().signal;

async function withSite(
  options: SimulatorOptions,
  run: (client: Client, open: Awaited<ReturnType<typeof opened>>) => Promise<void>,
) {
  await using simulator = await startSimulator({ seed: seedSample, ...options });
  const both = opened(simulator);
  try {
    await run(both.as("Administrator"), both);
  } finally {
    both.site.close();
  }
}

function opened(simulator: Awaited<ReturnType<typeof startSimulator>>) {
  const site = openSite({ url: simulator.url, firstMs: 1 });
  return { simulator, site, as: (user: string) => site.as(simulator.keyOf(user)) };
}

async function failsWith(work: Promise<unknown>, code: FailureCode): Promise<FrappeError> {
  const thrown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(thrown instanceof FrappeError, String(thrown));
  assert.equal(thrown.code, code, thrown.message);
  assert.ok(thrown.message.endsWith(thrown.suggestion));
  return thrown;
}

for (const version of [14, 15] as const) {
  test(`a document of version ${version} lives from its draft to its amendment`, async () => {
    await withSite({ version }, async (client) => {
      assert.equal(await client.user(never), "Administrator");
      const values = {
        company: "Sample Company",
        customer: "Cobalt Shipping",
        items: [{ item_code: "CONSULTING", qty: 2, rate: 100 }],
      };
      const { doc } = await client.create("Sales Invoice", values, never);
      const name = String(doc["name"]);
      assert.equal(doc["grand_total"], 200);
      const changed = await client.update(
        "Sales Invoice",
        name,
        { remarks: "two days", modified: doc["modified"] },
        never,
      );
      const stale = await failsWith(
        client.update("Sales Invoice", name, { remarks: "x", modified: doc["modified"] }, never),
        "modified_meanwhile",
      );
      assert.equal(explainError(stale.message).code, "modified_meanwhile");
      const submitted = await client.submit("Sales Invoice", name, String(changed.doc["modified"]), never);
      assert.equal(submitted.doc["docstatus"], 1);
      const filters = [["voucher_no", "=", name]];
      assert.equal(await client.count("GL Entry", { filters }, never), 2);
      await failsWith(
        client.update("Sales Invoice", name, { customer: "Aurora Instruments" }, never),
        "state_conflict",
      );
      await client.update("Sales Invoice", name, { po_no: "PO-7" }, never);
      await failsWith(client.remove("Sales Invoice", name, never), "state_conflict");
      const cancelled = await client.cancel("Sales Invoice", name, never);
      assert.equal(cancelled.doc["status"], "Cancelled");
      assert.equal(await client.count("GL Entry", { filters: [...filters, ["is_cancelled", "=", 1]] }, never), 4);
      const amended = await client.create("Sales Invoice", { ...values, amended_from: name }, never);
      assert.equal(amended.doc["name"], `${name}-1`);
    });
  });

  test(`what a site of version ${version} refuses is told for what it is, and what it may`, async () => {
    await withSite({ version, maxBodyBytes: 2 ** 20 }, async (client, { as }) => {
      await failsWith(client.list("Sales Invoces", { limit: 5 }, never), "doctype_unknown");
      await failsWith(client.read("Sales Invoces", "x", never), "doctype_unknown");
      await failsWith(client.list("ToDo", { filters: [["status", "frobs", 1]], limit: 5 }, never), "query_invalid");
      await failsWith(client.list("ToDo", { fields: ["nothing"], limit: 5 }, never), "field_unknown");
      await failsWith(client.list("ToDo", { orderBy: "name; drop table x", limit: 5 }, never), "query_invalid");
      await failsWith(client.create("ToDo", { description: "x", date: "31-31-2026" }, never), "value_invalid");
      await failsWith(client.create("ToDo", { priority: "Low" }, never), "value_missing");
      await failsWith(client.create("ToDo", { description: "x".repeat(10_000_000) }, never), "too_large");
      await failsWith(client.create("Role", { role_name: "Auditor" }, never), "duplicate");
      await failsWith(client.remove("Customer", "Cobalt Shipping", never), "still_linked");
      await failsWith(client.call("frappe.db.sql", {}, {}, never), "method_unknown");
      await failsWith(client.call("frappe.client.insert", { doc: {} }, { verb: "GET" }, never), "method_refused");
      await failsWith(
        client.call("frappe.client.get_value", { doctype: "ToDo" }, { verb: "GET" }, never),
        "argument_missing",
      );
      const { doc } = await client.create("ToDo", { description: "gone soon" }, never);
      await client.remove("ToDo", String(doc["name"]), never);
      await failsWith(client.update("ToDo", String(doc["name"]), { priority: "Low" }, never), "not_found");
      await failsWith(client.remove("ToDo", String(doc["name"]), never), "not_found");
      await failsWith(as("sales@example.com").list("GL Entry", { limit: 5 }, never), "permission_denied");
      await failsWith(
        client.insertMany([{ doctype: "ToDo", description: "good" }, { doctype: "ToDo" }], never),
        "value_missing",
      );
      assert.equal(await client.count("ToDo", { filters: { description: "good" } }, never), 0);
    });
  });
}

test("pages neither repeat nor leave out, whatever they are ordered by, and long questions are asked too", async () => {
  await withSite({}, async (client) => {
    const docs = Array.from({ length: 45 }, (_none, index) => ({
      doctype: "ToDo",
      description: `same ${index % 2}`,
      priority: "Low",
    }));
    const names = await client.insertMany(docs, never);
    const seen: unknown[] = [];
    for (let start = 0; start < 60; start += 20) {
      const filters = { priority: "Low" };
      const page = await client.list("ToDo", { filters, orderBy: "description asc", start, limit: 20 }, never);
      seen.push(...page.map((row) => row["name"]));
    }
    assert.deepEqual(new Set(seen), new Set(names));
    assert.equal(seen.length, 45);
    const long = {
      filters: [["name", "in", [...names, ...Array.from({ length: 400 }, (_none, index) => `no-such-name-${index}`)]]],
      limit: 0,
    };
    assert.equal((await client.list("ToDo", long, never)).length, 45);
    const orFilters = [
      ["description", "=", "same 0"],
      ["priority", "=", "High"],
    ];
    assert.equal(await client.count("ToDo", { orFilters }, never), 24);
  });
});

test("everybody sees through the same site what the site lets them, also in fields of a level", async () => {
  await withSite({}, async (client, { as }) => {
    const sales = as("sales@example.com");
    const accounts = as("accounts@example.com");
    assert.equal((await accounts.read("Customer", "Cobalt Shipping", never))["credit_limit"], 25_000);
    assert.equal((await sales.read("Customer", "Cobalt Shipping", never))["credit_limit"], undefined);
    const listed = await sales.list("Customer", { fields: ["name", "credit_limit"], limit: 1 }, never);
    assert.deepEqual(Object.keys(listed[0] ?? {}), ["name"]);
    await client.create("ToDo", { description: "of Administrator" }, never);
    await sales.create("ToDo", { description: "of sales" }, never);
    const own = await sales.list("ToDo", { fields: ["description"], limit: 0 }, never);
    assert.deepEqual(own, [{ description: "of sales" }]);
    await failsWith(
      sales.call("frappe.desk.query_report.run", { report_name: "General Ledger" }, { verb: "GET" }, never),
      "permission_denied",
    );
  });
});

test("files go there and back, private ones to who may see them, and nothing but files of the site", async () => {
  await withSite({}, async (client, { site }) => {
    const content = Buffer.from([0, 1, 2, 13, 10, 255, 45, 45]);
    const file = await client.upload(
      { fileName: 'odd "name".bin', content, attachedTo: { doctype: "Customer", name: "Cobalt Shipping" } },
      never,
    );
    const { bytes } = await client.download(String(file["file_url"]), never);
    assert.deepEqual(bytes, content);
    await failsWith(site.as({ kind: "guest" }).download(String(file["file_url"]), never), "permission_denied");
    await failsWith(client.download("https://elsewhere.example/files/x", never), "value_invalid");
    await failsWith(client.download("/files/../api/method/ping", never), "value_invalid");
  });
});

test("a credential that has expired is told as that, and not tried again", async () => {
  await withSite({}, async (_client, { site, simulator }) => {
    simulator.setBearer("first", "sales@example.com");
    const client = site.as({ kind: "bearer", token: "first" });
    assert.equal(await client.user(never), "sales@example.com");
    simulator.setBearer("first", undefined);
    const failure = await failsWith(client.user(never), "authentication_failed");
    assert.doesNotMatch(failure.message, /first/);
  });
});

test("a site in maintenance is asked again, also to write, as it did not begin", async () => {
  await withSite({}, async (client, { simulator }) => {
    simulator.setStopped(true);
    const failure = await failsWith(client.create("ToDo", { description: "x" }, never), "in_maintenance");
    assert.equal(failure.isUnseen, true);
    const waiting = client.create("ToDo", { description: "after" }, never);
    simulator.setStopped(false);
    assert.equal((await waiting).doc["description"], "after");
    assert.equal(await client.count("ToDo", { filters: { description: ["in", ["x", "after"]] } }, never), 1);
  });
});

test("a site's limit is waited for where that is short, and told where it is long", async () => {
  await withSite({ rateLimit: { limitSeconds: 0.000_001, windowSeconds: 1 } }, async (client) => {
    await client.user(never);
    assert.equal(await client.user(never), "Administrator", "the next window was waited for");
  });
  await withSite({ rateLimit: { limitSeconds: 0.000_001, windowSeconds: 60 } }, async (client, { as }) => {
    await client.user(never);
    const failure = await failsWith(as("sales@example.com").user(never), "too_many_requests");
    assert.ok((failure.retryAfterMs ?? 0) > 5000);
    assert.match(failure.message, /Retry after \d+ s/);
  });
});

type FakeAnswer = () =>
  | { readonly status: number; readonly body: string; readonly headers?: Readonly<Record<string, string>> }
  | "cut"
  | "silent";

/** A server that answers as it is told, and counts. */
async function fakeSite(answer: FakeAnswer) {
  let count = 0;
  const server = createServer((request, response) => {
    count += 1;
    const said = answer();
    if (said === "silent") return;
    if (said === "cut") {
      request.socket.destroy();
      return;
    }
    response.writeHead(said.status, { "content-type": "text/html", ...said.headers }).end(said.body);
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const { port } = address;
  const site = openSite({ url: `http://127.0.0.1:${port}`, firstMs: 1, timeoutMs: 300, maxAnswerBytes: 1000 });
  return {
    client: site.as({ kind: "token", key: "k", secret: "hush" }),
    asked: () => count,
    [Symbol.asyncDispose]: async () => {
      site.close();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

test("pages of a proxy, cut connections and silence are told apart, and a write is never sent twice", async () => {
  const page = "<html><title>502 Bad Gateway</title></html>";
  const cases: readonly (readonly [FakeAnswer, FailureCode, number])[] = [
    [() => ({ status: 502, body: page }), "unavailable", 3],
    [() => ({ status: 504, body: page }), "timed_out", 3],
    [() => ({ status: 404, body: page }), "not_frappe", 1],
    [() => ({ status: 200, body: page }), "not_frappe", 1],
    [() => ({ status: 301, body: "", headers: { location: "https://erp.example.com/?token=x" } }), "redirected", 1],
    [() => ({ status: 200, body: `"${"x".repeat(2000)}"` }), "answer_too_large", 1],
    [() => "cut", "connection_lost", 3],
    [() => "silent", "timed_out", 3],
  ];
  for (const [answer, code, reads] of cases) {
    await using reading = await fakeSite(answer);
    const failure = await failsWith(reading.client.read("ToDo", "x", never), code);
    assert.equal(reading.asked(), reads, code);
    assert.doesNotMatch(failure.message, /hush|token=/);
    await using writing = await fakeSite(answer);
    await failsWith(writing.client.create("ToDo", {}, never), code);
    assert.equal(writing.asked(), 1, `${code} of a write`);
  }
});

test("nobody who has left is waited for, and a site that is not there is told as that", async () => {
  await using silent = await fakeSite(() => "silent");
  const leaving = new AbortController();
  const read = silent.client.read("ToDo", "x", leaving.signal);
  leaving.abort(new Error("left"));
  await assert.rejects(read, /left/);
  const site = openSite({ url: "http://127.0.0.1:9", firstMs: 1 });
  await failsWith(site.as({ kind: "guest" }).user(never), "unreachable");
  site.close();
  assert.throws(() => openSite({ url: "ftp://x" }), /url must be the address of a site/);
  assert.throws(
    () => openSite({ url: "https://user:hush@x" }),
    /no user and password; give the credential by itself\. It is of x/,
  );
});
