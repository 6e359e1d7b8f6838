import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type Server, type Socket, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createServer as createSecureServer, getCACertificates, setDefaultCACertificates } from "node:tls";
import { until } from "../../test/rig/until.ts";
import { Canceller } from "../core/canceller.ts";
import { GatewayError } from "../core/errors.ts";
import { HttpClient, type HttpRequest } from "./http-client.ts";

/** What came of an exchange. */
interface Outcome {
  readonly status: number | undefined;
  readonly frames: readonly string[];
  readonly problem: GatewayError | undefined;
}

/** A server that is told what to do with each request that comes whole, and a client of it. */
interface Stand {
  readonly client: HttpClient;
  /** The connections so far, in the order in which they were made. */
  readonly sockets: Socket[];
  /** The requests that came. */
  readonly requests: string[];
  readonly send: (request?: Partial<HttpRequest>) => Promise<Outcome>;
}

/** Does something with a request, the so-and-so-manieth of all. */
type Serve = (socket: Socket, count: number) => void;

const ok = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
const closing = ok.replace("\r\n\r\n", "\r\nConnection: Close\r\n\r\n");
const whole: Outcome = { status: 200, frames: ["{}"], problem: undefined };

function answerOk(socket: Socket): void {
  socket.write(ok);
}

async function stand(
  context: TestContext,
  serve: Serve,
  headers: Record<string, string> = {},
  server: Server = createServer(),
  scheme: "http" | "https" = "http",
): Promise<Stand> {
  const sockets: Socket[] = [];
  const requests: string[] = [];
  server.on(scheme === "http" ? "connection" : "secureConnection", (socket: Socket) => {
    sockets.push(socket);
    let early = "";
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      early += bytes.toString("latin1");
      const [request = ""] = /^[\s\S]*?\r\n\r\n/.exec(early) ?? [];
      const length = Number(/^content-length: (\d+)/m.exec(request)?.[1] ?? 0);
      if (request === "" || early.length < request.length + length) return;
      requests.push(early);
      early = "";
      serve(socket, requests.length);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  const client = new HttpClient(`${scheme}://localhost:${address.port}/mcp?a=b`, headers);
  context.after(async () => {
    await client.close();
    await client.close();
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, "close");
  });
  return { client, sockets, requests, send: (request) => exchange(client, request) };
}

function exchange(client: HttpClient, request: Partial<HttpRequest> = {}): Promise<Outcome> {
  const frames: string[] = [];
  let status: number | undefined;
  return new Promise((resolve) => {
    client.send(
      {
        method: "POST",
        headers: { "content-type": "application/json" },
        signal: new Canceller(),
        ...(request.method === undefined && { body: "{}" }),
        ...request,
      },
      {
        head: (found) => {
          status = found;
        },
        frame: (frame) => frames.push(frame.toString("utf8")),
        ended: (problem) => {
          resolve({ status, frames, problem });
        },
      },
    );
  });
}

test("a request goes as it should, and one connection carries one after the other", async (context) => {
  const { send, requests, sockets } = await stand(context, answerOk, { "X-Key": "k", "content-type": "text/plain" });
  assert.deepEqual(await send(), whole);
  assert.deepEqual(await send({ method: "GET", path: "/other", headers: {} }), whole);
  const body = '{"text":"größer – 𝄞"}';
  assert.deepEqual(await send({ body }), whole);
  assert.deepEqual(await send({ body: Buffer.from(body) }), whole);
  assert.deepEqual(await send({ body: Buffer.from(body.padEnd(100_000)) }), whole);
  const host = `host: localhost:${sockets[0]?.localPort}\r\nconnection: keep-alive\r\n`;
  const encoded = Buffer.from(body).toString("latin1");
  const post = `POST /mcp?a=b HTTP/1.1\r\n${host}X-Key: k\r\ncontent-type: application/json\r\n`;
  assert.deepEqual(requests, [
    `${post}content-length: 2\r\n\r\n{}`,
    `GET /other HTTP/1.1\r\n${host}X-Key: k\r\ncontent-type: text/plain\r\n\r\n`,
    `${post}content-length: ${encoded.length}\r\n\r\n${encoded}`,
    `${post}content-length: ${encoded.length}\r\n\r\n${encoded}`,
    `${post}content-length: ${encoded.length + 100_000 - body.length}\r\n\r\n${encoded.padEnd(encoded.length + 100_000 - body.length)}`,
  ]);
  assert.equal(sockets.length, 1);
});

for (const [what, headers] of [
  ["a value with a line break", { "x-a": "b\r\nx-secret: 1" }],
  ["a value that is not ASCII", { "x-a": "größe" }],
  ["a name with a space", { "x a": "b" }],
] as const) {
  test(`${what} is no header that is sent, and the error does not show it`, async (context) => {
    const { send, sockets } = await stand(context, answerOk);
    const { problem } = await send({ headers });
    assert.equal(problem?.code, "upstream_misconfigured");
    assert.match(problem.message, /^The header "x.a" cannot be sent/);
    assert.equal(sockets.length, 0);
  });
}

for (const [what, answer] of [
  ["says that it closes the connection", closing],
  ["is of HTTP/1.0", ok.replace("1.1", "1.0")],
  ["keeps connections for a second at most", ok.replace("\r\n\r\n", "\r\nKeep-Alive: timeout=1\r\n\r\n")],
  ["sent more than one answer", `${ok}HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n"evil"`],
] as const) {
  test(`a connection whose server ${what} carries nothing else`, async (context) => {
    const { send, sockets } = await stand(context, (socket) => socket.write(answer));
    assert.deepEqual(await send(), whole);
    assert.deepEqual(await send(), whole);
    assert.equal(sockets.length, 2);
  });
}

test("what comes unasked on an idle connection is nobody's answer", async (context) => {
  const { send, sockets } = await stand(context, answerOk);
  assert.deepEqual(await send(), whole);
  sockets[0]?.write(ok.replace("{}", "[]"));
  await until(() => sockets[0]?.readyState !== "open", "the client closed it");
  assert.deepEqual(await send(), whole);
  assert.equal(sockets.length, 2);
});

test("an idle connection that the server closes is not used again", async (context) => {
  const { send, sockets } = await stand(context, answerOk);
  assert.deepEqual(await send(), whole);
  const [first] = sockets;
  assert.ok(first);
  first.end();
  await once(first, "close");
  assert.deepEqual(await send(), whole);
});

test("a server that answers before it has everything does not take the rest for the next request", async (context) => {
  const early: Socket[] = [];
  const server = createServer((socket) => {
    early.push(socket);
    socket.on("error", () => {});
    if (early.length === 1) socket.once("data", () => socket.pause().write(ok.replace("200 OK", "413 Too Large")));
    else answerOk(socket);
  });
  const { send } = await stand(context, () => {}, {}, server);
  assert.deepEqual(await send({ body: "x".repeat(20_000_000) }), { ...whole, status: 413 });
  assert.deepEqual(await send(), whole);
  assert.equal(early.length, 2);
  for (const socket of early) socket.destroy();
});

for (const [what, serve, says] of [
  ["closes instead of answering", (socket) => socket.end(), /broke \(CLOSED_EARLY: /],
  ["closes within a body", (socket) => socket.end(ok.slice(0, -1)), /broke \(CLOSED_EARLY: /],
  [
    "closes between two chunks",
    (socket) => socket.end("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n"),
    /broke \(CLOSED_EARLY: /,
  ],
  ["resets the connection", (socket) => socket.resetAndDestroy(), /broke \(ECONNRESET: /],
  ["does not speak HTTP", (socket) => socket.write("220 smtp.example ESMTP\r\n\r\n"), /is no proper HTTP\/1\.1: /],
] as const satisfies readonly (readonly [string, Serve, RegExp])[]) {
  test(`of a server that ${what}, the caller is told so, and the next call has another connection`, async (context) => {
    const { send } = await stand(context, (socket, count) => {
      if (count === 1) serve(socket);
      else answerOk(socket);
    });
    const { problem } = await send();
    assert.match(problem?.message ?? "", says);
    assert.deepEqual(await send(), whole);
  });
}

test("where nobody listens, the request was never seen", async (context) => {
  const { sockets, client } = await stand(context, answerOk);
  assert.deepEqual((await exchange(client)).problem, undefined);
  const port = sockets[0]?.localPort;
  const elsewhere = new HttpClient(`http://127.0.0.1:${port === 1 ? 2 : 1}/`, {});
  context.after(() => elsewhere.close());
  assert.equal((await exchange(elsewhere)).problem?.code, "upstream_unavailable");
});

test("an exchange that is given up ends at once, in whatever state it is; others go on", async (context) => {
  const { client, send, sockets, requests } = await stand(context, (socket, count) => {
    if (count > 2) answerOk(socket);
  });
  const early = new Canceller();
  give(early);
  assert.equal((await send({ signal: early })).problem?.message, "too slow");
  assert.equal(sockets.length, 0);
  const connecting = new Canceller();
  const first = send({ signal: connecting });
  give(connecting);
  assert.equal((await first).problem?.message, "too slow");
  const answering = new Canceller();
  const second = send({ signal: answering });
  const third = send();
  await until(() => requests.length === 2, "both came");
  give(answering);
  assert.equal((await second).problem?.message, "too slow");
  assert.deepEqual(await send(), whole);
  await client.close();
  assert.match((await third).problem?.message ?? "", /connection to the upstream was closed/);
  assert.match((await send()).problem?.message ?? "", /connection to the upstream was closed/);
});

test("the 257th request at once waits for a connection, and not in vain; one that is given up waits no more", async (context) => {
  const held: Socket[] = [];
  let isHolding = true;
  const { send, sockets, requests } = await stand(context, (socket) => {
    if (isHolding) held.push(socket);
    else answerOk(socket);
  });
  const first = Array.from({ length: 256 }, () => send());
  const impatient = new Canceller();
  const given = send({ signal: impatient });
  const last = [send({ body: "[1]" }), send({ body: "[2]" }), send({ body: "[3]" })];
  await until(() => requests.length === 256, "as many as there may be have come");
  impatient.abort(new GatewayError("cancelled", "enough"));
  assert.equal((await given).problem?.message, "enough");
  isHolding = false;
  // One goes on with a connection that is free again, two with new ones in place of those that ended.
  const [one, two, three, ...others] = held;
  assert.ok(one && two && three);
  answerOk(one);
  two.destroy();
  three.destroy();
  assert.deepEqual(await Promise.all(last), [whole, whole, whole]);
  others.forEach(answerOk);
  const ends = await Promise.all(first);
  assert.equal(ends.filter(({ problem }) => problem !== undefined).length, 2);
  assert.equal(sockets.length, 258);
});

test("over TLS a certificate is checked, and a second connection takes up the session of the first", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "switchyard-tls-"));
  context.after(() => {
    rmSync(folder, { recursive: true });
  });
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  try {
    const made = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost";
    const names = ["-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", cert];
    execFileSync("openssl", [...made.split(" "), ...names], { stdio: "ignore" });
  } catch {
    context.skip("there is no openssl here to make a certificate with");
    return;
  }
  const server = createSecureServer({
    key: readFileSync(key),
    cert: readFileSync(cert),
    ALPNProtocols: ["h2", "http/1.1"],
  });
  const reused: boolean[] = [];
  server.on("secureConnection", (socket) => reused.push(socket.isSessionReused()));
  const { send } = await stand(context, (socket) => socket.write(closing), {}, server, "https");
  assert.match((await send()).problem?.message ?? "", /broke \(DEPTH_ZERO_SELF_SIGNED_CERT: /);
  const known = getCACertificates("default");
  setDefaultCACertificates([...known, readFileSync(cert, "utf8")]);
  context.after(() => {
    setDefaultCACertificates(known);
  });
  assert.deepEqual(await send(), whole);
  assert.deepEqual(await send(), whole);
  assert.deepEqual(reused, [false, true]);
});

function give(signal: Canceller): void {
  signal.abort(new GatewayError("deadline_exceeded", "too slow"));
}
