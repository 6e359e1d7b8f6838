import assert from "node:assert/strict";
import * as fc from "fast-check";
import { type SseEvent, SseReader } from "../../src/transport/sse.ts";
import { text } from "./arbitraries.ts";
import type { Fuzz } from "./fuzz.ts";

const lineEnd = fc.constantFrom("\n", "\r", "\r\n");
const value = text.map((odd) => odd.replaceAll(/[\r\n]/g, "").toWellFormed());
const line = fc.oneof(
  value.map((data) => `data: ${data}`),
  value.map((data) => `data:${data}`),
  fc.constantFrom("data", "", ":", "event", "event: x", "id", "id: 5", "id: \u0000", "retry: 7", "retry: x", "retry"),
  value.map((odd) => `: ${odd}`),
  value.map((odd) => `${odd}: x`),
  fc.constant(""),
  fc.constant(""),
);

/** What a stream says, as the standard's own steps read it, with the whole text at hand. */
function readWhole(stream: string): unknown[] {
  const said: unknown[] = [];
  let data: string[] = [];
  let type = "";
  let last: string | undefined;
  const lines = stream.replace(/^\ufeff/, "").split(/\r\n|\r|\n/);
  for (const each of lines.slice(0, -1)) {
    if (each === "") {
      const joined = data.join("\n");
      if (joined !== "") said.push({ data: joined, type: type === "" ? "message" : type, id: last });
      data = [];
      type = "";
      continue;
    }
    const [, field = each, rest = ""] = /^([^:]*):? ?(.*)$/su.exec(each) ?? [];
    if (each.startsWith(":")) continue;
    if (field === "data") data.push(rest);
    else if (field === "event") type = rest;
    else if (field === "id" && !rest.includes("\u0000")) last = rest;
    else if (field === "retry" && /^\d{1,9}$/.test(rest)) said.push({ retry: Number(rest) });
  }
  return said;
}

/** Odd line ends, comments, fields, a byte order mark, cut anywhere: read as the standard says. */
const streams = fc.property(
  fc.boolean(),
  fc.array(fc.tuple(line, lineEnd), { maxLength: 12 }),
  fc.array(fc.nat({ max: 200 }), { maxLength: 10 }),
  (hasMark, lines, cuts) => {
    // A CR and a LF that meet are one line end; between them stands a line only where there is one.
    const stream = `${hasMark ? "\ufeff" : ""}${lines.map(([each, end]) => each + end).join("")}`;
    const bytes = Buffer.from(stream);
    const said: unknown[] = [];
    const reader = new SseReader({
      event: ({ data, type, id }: SseEvent) => said.push({ data: data.toString(), type, id }),
      retry: (retry) => said.push({ retry }),
      tooLong: () => assert.fail("nothing is too long"),
    });
    let from = 0;
    for (const cut of [...cuts.toSorted((a, b) => a - b), bytes.length]) {
      if (cut < from) continue;
      reader.push(bytes.subarray(from, cut));
      from = Math.min(cut, bytes.length);
    }
    assert.deepEqual(said, readWhole(stream));
  },
);

export const eventStreamFuzzes: readonly Fuzz[] = [{ name: "event-streams", property: streams, runs: 2000 }];
