import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { GatewayError } from "../../core/errors.ts";
import type { ResponseHead } from "./response-head.ts";
import { ResponseReader } from "./response-reader.ts";

/** What came of one answer. */
interface Read {
  readonly status: number;
  readonly headers: object;
  readonly body: string;
  readonly end: "clean" | "excess" | undefined;
}

/** The answers in these pieces, read one after the other; the connection is closed behind them. */
function read(pieces: readonly Buffer[], count = 1): Read[] {
  const answers: Read[] = [];
  const reader = new ResponseReader();
  const begin = (): void => {
    let head: ResponseHead | undefined;
    let body = "";
    const take = (end: Read["end"]): void => {
      answers.push({ status: head?.status ?? 0, headers: { ...head?.headers }, body, end });
    };
    reader.begin({
      head: (given) => (head = given),
      data: (part) => (body += part.toString("latin1")),
      end: (isClean) => {
        take(isClean ? "clean" : "excess");
        if (answers.length < count) begin();
      },
    });
  };
  begin();
  for (const piece of pieces) reader.push(piece);
  reader.close();
  return answers;
}

function whole(text: string): Buffer[] {
  return [Buffer.from(text, "latin1")];
}

/** Cuts bytes at these places, given as fractions. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = places.map((place) => Math.floor(place * bytes.length)).toSorted((a, b) => a - b);
  return [0, ...at].map((start, index) => bytes.subarray(start, at[index]));
}

const token = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,10}$/).map((name) => `x-${name}`);
const value = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/);
const body = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString("latin1"));
const chunkedBody = fc.array(fc.tuple(body, fc.constantFrom("", ";a=b", " ;q")), { maxLength: 5 });
const framing = fc.oneof(
  body.map((text) => ({ header: `Content-Length: ${text.length}`, text, wire: text })),
  fc.tuple(chunkedBody, fc.array(token, { maxLength: 2 })).map(([parts, trailers]) => ({
    header: "Transfer-Encoding: Chunked",
    text: parts.map(([text]) => text).join(""),
    wire: `${parts
      .filter(([text]) => text !== "")
      .map(([text, extension]) => `${text.length.toString(16)}${extension}\r\n${text}\r\n`)
      .join("")}0\r\n${trailers.map((name) => `${name}: 1\r\n`).join("")}\r\n`,
  })),
);
const answer = fc.record({
  status: fc.constantFrom(200, 202, 404, 500),
  reason: fc.constantFrom("", " ", " OK", " Not Found"),
  headers: fc.uniqueArray(fc.tuple(token, value), { maxLength: 4, selector: ([name]) => name.toLowerCase() }),
  before: fc.constantFrom("", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103\r\nLink: <a>\r\n\r\n"),
  framing,
});

test("answers are read the same however they are framed and cut, and each ends where the next begins", () => {
  fc.assert(
    fc.property(
      fc.array(answer, { minLength: 1, maxLength: 3 }),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }),
      (answers, places) => {
        const wire = answers.map(({ status, reason, headers, before, framing: { header, wire: bytes } }) =>
          [
            `${before}HTTP/1.1 ${status}${reason}`,
            ...headers.map(([name, text]) => `${name}:${text.length % 2 === 0 ? " " : ""}${text}`),
            header,
            "",
            bytes,
          ].join("\r\n"),
        );
        const found = read(cut(Buffer.from(wire.join(""), "latin1"), places), answers.length);
        const wanted = answers.map(({ status, headers, framing: { header, text } }) => {
          const [name = "", length = ""] = header.split(": ");
          const all = Object.fromEntries(headers.map(([key, each]) => [key.toLowerCase(), each]));
          return { status, headers: { ...all, [name.toLowerCase()]: length }, body: text };
        });
        assert.deepEqual(
          found.map(({ status, headers, body: text }) => ({ status, headers, body: text })),
          wanted,
        );
        assert.equal(found.at(-1)?.end, "clean");
      },
    ),
  );
});

test("an answer without a length ends with its connection; one with a length does not", () => {
  assert.deepEqual(
    read(whole("HTTP/1.0 200 OK\r\n\r\nall of it")).map(({ body: text, end }) => [text, end]),
    [["all of it", "excess"]],
  );
  assert.deepEqual(read(whole("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\npart")), []);
  assert.deepEqual(read(whole("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\npart\r\n")), []);
});

test("statuses that have no body have none, whatever they say of its length", () => {
  for (const status of [204, 304]) {
    assert.deepEqual(read(whole(`HTTP/1.1 ${status}\r\ncontent-length: 5\r\n\r\n`))[0]?.end, "clean");
  }
});

test("bytes behind an answer are no part of it, and are told of", () => {
  const [found] = read(whole("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhiHTTP/1.1 200 OK\r\n"));
  assert.deepEqual([found?.body, found?.end], ["hi", "excess"]);
});

test("headers that come several times are joined, and none of them reaches what objects have by themselves", () => {
  const [found] = read(
    whole("HTTP/1.1 200 OK\r\nVia: a\r\nvia: b\r\n__proto__: c\r\nconstructor: d\r\ncontent-length: 0\r\n\r\n"),
  );
  assert.deepEqual(Object.entries(found?.headers ?? {}), [
    ["via", "a, b"],
    ["__proto__", "c"],
    ["constructor", "d"],
    ["content-length", "0"],
  ]);
});

const head = "HTTP/1.1 200 OK\r\n";
for (const { what, wire, says } of [
  { what: "another protocol", wire: "SSH-2.0-OpenSSH_9\r\n\r\n", says: /no status line/ },
  { what: "HTTP/2", wire: "HTTP/2 200\r\n\r\n", says: /no status line/ },
  { what: "a status of two digits", wire: "HTTP/1.1 20 OK\r\n\r\n", says: /no status line/ },
  { what: "lines that end with LF alone", wire: `HTTP/1.1 200 OK\na: b\n\n${"x".repeat(16_400)}`, says: /16384 bytes/ },
  { what: "a head without end", wire: `${head}a: ${"x".repeat(20_000)}`, says: /more than 16384 bytes/ },
  { what: "a header without a colon", wire: `${head}abc\r\n\r\n`, says: /without a proper name/ },
  { what: "a space before a colon", wire: `${head}content-length : 2\r\n\r\nhi`, says: /without a proper name/ },
  { what: "a folded header", wire: `${head}a: b\r\n c\r\n\r\n`, says: /without a proper name/ },
  { what: "a line feed in a header", wire: `${head}a: b\nc: d\r\n\r\n`, says: /header a has a control character/ },
  { what: "a null character in a header", wire: `${head}a: \0\r\n\r\n`, says: /header a has a control character/ },
  {
    what: "two lengths",
    wire: `${head}content-length: 2\r\ncontent-length: 3\r\n\r\n`,
    says: /content-length is "2, 3"/,
  },
  { what: "a negative length", wire: `${head}content-length: -2\r\n\r\n`, says: /content-length is "-2"/ },
  { what: "a length in hexadecimal", wire: `${head}content-length: 0x2\r\n\r\n`, says: /content-length is "0x2"/ },
  {
    what: "a length and a coding",
    wire: `${head}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n`,
    says: /both content-length and transfer-encoding/,
  },
  {
    what: "another coding",
    wire: `${head}transfer-encoding: gzip, chunked\r\n\r\n`,
    says: /coding is "gzip, chunked"/,
  },
  {
    what: "chunks in HTTP/1.0",
    wire: "HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
    says: /coding is "chunked"/,
  },
  {
    what: "a chunk without a size",
    wire: `${head}transfer-encoding: chunked\r\n\r\nhi\r\n`,
    says: /does not say its size/,
  },
  {
    what: "a chunk of a size too large",
    wire: `${head}transfer-encoding: chunked\r\n\r\n${"f".repeat(13)}\r\n`,
    says: /its size/,
  },
  {
    what: "a chunk that is longer",
    wire: `${head}transfer-encoding: chunked\r\n\r\n1\r\nabc\r\n`,
    says: /more than 1 bytes/,
  },
  {
    what: "a chunk that is followed by LF alone",
    wire: `${head}transfer-encoding: chunked\r\n\r\n1\r\na\n`,
    says: /CR LF/,
  },
  {
    what: "a size line without end",
    wire: `${head}transfer-encoding: chunked\r\n\r\n1;${"a".repeat(2000)}`,
    says: /more than 1024 bytes/,
  },
  {
    what: "trailers without end",
    wire: `${head}transfer-encoding: chunked\r\n\r\n0\r\n${"a: b\r\n".repeat(5000)}`,
    says: /a line between its chunks/,
  },
  {
    what: "another protocol that nobody asked for",
    wire: "HTTP/1.1 101 Switching\r\n\r\n",
    says: /changes to a protocol/,
  },
]) {
  test(`${what} is refused`, () => {
    for (const pieces of [whole(wire), [...Buffer.from(wire, "latin1")].map((byte) => Buffer.from([byte]))]) {
      assert.throws(
        () => read(pieces),
        (thrown) =>
          thrown instanceof GatewayError && thrown.code === "upstream_protocol_error" && says.test(thrown.message),
      );
    }
  });
}

test("what is told to stop while it tells tells no more", () => {
  for (const at of ["head", "data"] as const) {
    const told: string[] = [];
    const reader = new ResponseReader();
    const stopAt = (what: string): void => {
      told.push(what);
      if (what === at) reader.stop();
    };
    reader.begin({
      head: () => {
        stopAt("head");
      },
      data: () => {
        stopAt("data");
      },
      end: () => {
        stopAt("end");
      },
    });
    reader.push(Buffer.from("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nbody"));
    assert.equal(told.at(-1), at);
  }
});
