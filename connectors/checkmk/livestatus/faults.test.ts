import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { type Server, type Socket, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "switchyard/connector";
import { createServer as createTlsServer } from "node:tls";
import { seedEstate } from "../simulator/seed-estate.ts";
import { serveLivestatus } from "../simulator/livestatus/server.ts";
import { livestatusMonitoring } from "./monitoring.ts";
import type { PoolOptions } from "./pool.ts";
import { Site } from "./site.ts";

const { signal } = new AbortController();

/** A server that does with each connection what it is told, and a site that asks it. */
async function stand(
  onConnection: (socket: Socket, number: number) => void,
  options: Partial<PoolOptions> = {},
): Promise<
  AsyncDisposable & { readonly site: Site; readonly connections: () => number; readonly later: (ms: number) => void }
> {
  let passedMs = 0;
  const clock = { ...systemClock, monotonic: () => passedMs };
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on("error", () => undefined));
    onConnection(socket, sockets.length);
  });
  const site = new Site("site", { host: "127.0.0.1", port: await listening(server), tls: false }, options, clock);
  return {
    site,
    later: (ms) => {
      passedMs += ms;
    },
    connections: () => sockets.length,
    async [Symbol.asyncDispose]() {
      site.close();
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return address.port;
}

function framed(body: string, code = 200): string {
  return `${code} ${String(Buffer.byteLength(body)).padStart(11)}\n${body}`;
}

const question = { table: "hosts", columns: ["name"] } as const;

test("an answer is read however it is cut, and answers of questions sent together come in their order", async () => {
  await using there = await stand(
    (socket) => {
      let asked = 0;
      socket.on("data", (chunk) => {
        for (const _ of String(chunk).matchAll(/\n\n/g)) {
          asked += 1;
          for (const byte of framed(`[["höst ${asked}"]]`)) socket.write(byte);
        }
      });
    },
    { maxConnections: 1 },
  );
  const answers = await Promise.all([1, 2, 3].map(async () => there.site.rows(question, signal)));
  assert.deepEqual(answers, [[["höst 1"]], [["höst 2"]], [["höst 3"]]]);
  assert.equal(there.connections(), 1);
});

test("answers of any length are read in memory that is used again once they were used, and not before", async () => {
  const lengths = [300_000, 10, 5_000_000, 299_000, 300_000];
  const texts = lengths.map((length, number) => String.fromCharCode(97 + number).repeat(length));
  let asked = -1;
  await using there = await stand((socket) => {
    socket.setEncoding("utf8").on("data", () => {
      const text = asked === -1 ? '["text"]' : `["${texts[asked] ?? ""}"]`;
      asked += 1;
      socket.write(framed(`[${text}]`));
    });
  });
  const seen: Buffer[] = [];
  const query = { table: "hosts", columns: ["text"] };
  for (const text of texts) {
    const read = await there.site.answer(query, signal, ({ body, rows }) => {
      assert.ok(body !== undefined);
      seen.push(body);
      return { rows, body: body.toString() };
    });
    assert.deepEqual(read, { rows: [[text]], body: `[["${text}"]]` });
  }
  const [first, , , fourth, fifth] = seen.map(({ buffer }) => buffer);
  assert.equal(fourth, first);
  assert.equal(fifth, first);
});

test("half an answer and then silence fails in time, and the next question has a connection of its own", async () => {
  await using there = await stand(
    (socket, number) => {
      socket.on("data", () => socket.write(number === 1 ? framed('[["a"]]').slice(0, 20) : framed('[["b"]]')));
    },
    { timeoutMs: 50 },
  );
  await assert.rejects(there.site.rows(question, signal), {
    failure: { kind: "silent" },
    message: /127\.0\.0\.1:\d+ stopped in the middle of an answer for 50 ms/,
  });
  there.later(3000);
  assert.deepEqual(await there.site.rows(question, signal), [["b"]]);
});

test("an idle connection that the site has closed is replaced, once and unseen", async () => {
  await using there = await stand((socket, number) => {
    socket.once("data", () => {
      socket.write(framed(`[["${number}"]]`));
      if (number === 1) socket.once("data", () => socket.destroy());
    });
  });
  assert.deepEqual(await there.site.rows(question, signal), [["1"]]);
  assert.deepEqual(await there.site.rows(question, signal), [["2"]]);
});

test("a site that ends each connection without an answer fails after one, or two where the first was used before", async () => {
  await using there = await stand((socket) => socket.once("data", () => socket.destroy()));
  await assert.rejects(there.site.rows(question, signal), { failure: { kind: "unreachable" } });
  assert.equal(there.connections(), 1);
});

test("a site that hangs is left alone for some seconds, then asked by one, and then by all again", async () => {
  let isHanging = true;
  await using there = await stand(
    (socket) => {
      socket.on("data", () => {
        if (!isHanging) socket.write(framed('[["a"]]'));
      });
    },
    { timeoutMs: 50 },
  );
  await assert.rejects(there.site.rows(question, signal), /did not answer for 50 ms$/);
  await assert.rejects(there.site.rows(question, signal), {
    failure: { kind: "silent" },
    message: /did not answer for 50 ms; it is asked again in some seconds$/,
  });
  assert.equal(there.connections(), 1, "it was not asked");
  there.later(3000);
  isHanging = false;
  const probe = there.site.rows(question, signal);
  await assert.rejects(there.site.rows(question, signal), /it is asked again in some seconds$/);
  assert.deepEqual(await probe, [["a"]]);
  assert.deepEqual(await there.site.rows(question, signal), [["a"]]);
});

const questionsOf = async (columns: readonly string[]): Promise<readonly string[]> => {
  const asked: string[] = [];
  await using there = await stand((socket) => {
    socket.on("data", (chunk) => {
      asked.push(String(chunk));
      socket.write(framed(JSON.stringify(asked.length === 1 ? [columns] : [])));
    });
  });
  const filter = { since: 5000, host: "app001", kinds: ["alert"] } as const;
  await livestatusMonitoring([there.site]).log(filter, 10, signal);
  return (asked[1] ?? "").split("\n").filter((line) => /^(Filter|Or|And):/.test(line));
};

test("of a log no more is asked for than its columns can say: alerts, and one host", async () => {
  assert.deepEqual(await questionsOf(["time", "class", "host_name", "message"]), [
    "Filter: time >= 5",
    "Filter: class = 1",
    "Filter: host_name = app001",
    "Filter: host_name = ",
    "Or: 2",
  ]);
  assert.deepEqual(await questionsOf(["time", "message"]), ["Filter: time >= 5"]);
});

/** What fails when a site says this to any question. */
async function failureAt(text: string, options: Partial<PoolOptions> = {}): Promise<string> {
  await using there = await stand((socket) => socket.on("data", () => socket.write(text)), options);
  return await there.site.rows(question, signal).then(
    () => assert.fail("it was taken"),
    (thrown: unknown) => (thrown instanceof Error ? thrown.message.replace(/\d+\.\d+\.\d+\.\d+:\d+/, "SITE") : ""),
  );
}

test("what is no answer is told with how it begins; what is refused with its code; what is too large is not read", async () => {
  const odd = "Undefined request header 'KeepAlive: on'\n";
  assert.match(await failureAt(odd), /^SITE answered without the header of Livestatus: "Undefined request header/);
  assert.equal(
    await failureAt(framed("Error: no column 'x'\n\nStacktrace:\n 0# f in g", 452)),
    "SITE refused: 452 Error: no column 'x'",
  );
  assert.equal(await failureAt(framed('{"a":1}')), "SITE answered what is no list of rows");
  assert.equal(await failureAt(framed("[[1,")), "SITE answered what is no list of rows");
  assert.equal(
    await failureAt(framed("[[1]]"), { maxAnswerBytes: 4 }),
    "SITE would answer with 5 bytes; at most 4 are read",
  );
});

test("who no longer waits is told at once, and others on the same connection keep their answers", async () => {
  const asked = Promise.withResolvers<Socket>();
  await using there = await stand(
    (socket) => {
      socket.on("data", (chunk) => {
        if (String(chunk).includes("GET services")) asked.resolve(socket);
      });
    },
    { maxConnections: 1 },
  );
  const leaving = new AbortController();
  const first = there.site.rows(question, leaving.signal);
  const second = there.site.rows({ table: "services", columns: ["description"] }, signal);
  const socket = await asked.promise;
  leaving.abort(new Error("enough"));
  await assert.rejects(first, /enough/);
  socket.write(framed('[["late"]]') + framed('[["mine"]]'));
  assert.deepEqual(await second, [["mine"]]);
});

test("questions beyond those that may wait are refused; a closed site asks nothing", async () => {
  await using there = await stand(() => undefined, { maxConnections: 1, maxWaiting: 2 });
  const waiting = [1, 2].map(async () => there.site.rows(question, signal));
  await assert.rejects(there.site.rows(question, signal), /2 questions wait for it already/);
  there.site.close();
  for (const each of waiting) await assert.rejects(each, /was closed/);
  await assert.rejects(there.site.rows(question, signal), /no longer used/);
});

test("no name can add a header of its own to a question", async () => {
  await using there = await stand(() => undefined);
  await assert.rejects(
    there.site.command("ADD_HOST_COMMENT;srv;1;ops;text\n\nCOMMAND [1] X", 0, signal),
    /has a line's end/,
  );
  assert.equal(there.connections(), 0);
});

test("a command that the core says is wrong fails with its words", async () => {
  await using there = await stand((socket) => socket.once("data", () => socket.end("400: Unknown command 'X'\n")));
  await assert.rejects(there.site.command("X", 0, signal), /refused: 400: Unknown command 'X'/);
});

test("over TLS a site is asked only where its certificate is of the authority that is configured", async () => {
  const folder = await mkdtemp(join(tmpdir(), "switchyard-tls-"));
  await using core = await serveLivestatus(
    seedEstate({ hosts: 3 }, () => 1e12),
    { port: 0 },
  );
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const subject = ["-subj", "/CN=site", "-addext", "subjectAltName=DNS:site"];
  const asked = [
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-days",
    "1",
    ...subject,
  ];
  execFileSync("openssl", [...asked, "-keyout", key, "-out", cert], { stdio: "ignore" });
  const options = { key: await readFile(key), cert: await readFile(cert) };
  const server = createTlsServer(options, (socket) => {
    const inner = connect({ host: "127.0.0.1", port: core.port ?? 0 });
    socket.pipe(inner).pipe(socket);
    socket.on("error", () => inner.destroy());
    inner.on("error", () => socket.destroy());
  });
  const port = await listening(server);
  const ca = String(options.cert);
  const trusted = new Site("site", { host: "127.0.0.1", port, tls: { ca, serverName: "site" } });
  const misnamed = new Site("site", { host: "127.0.0.1", port, tls: { ca } });
  const untrusted = new Site("site", { host: "127.0.0.1", port, tls: {} });
  try {
    assert.deepEqual(await trusted.rows(question, signal), [["app001"], ["web001"], ["db001"]]);
    await assert.rejects(misnamed.rows(question, signal), /cannot be reached: .*(altnames|IP)/);
    await assert.rejects(untrusted.rows(question, signal), /cannot be reached: .*self-signed/);
  } finally {
    for (const site of [trusted, misnamed, untrusted]) site.close();
    server.close();
    await once(server, "close");
    await rm(folder, { recursive: true });
  }
});
