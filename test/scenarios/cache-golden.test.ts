import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { allMembers, memberNamed, valueText } from "../../src/protocol/member-text.ts";
import { upstreamDefaults } from "../../src/upstream/options.ts";
import { countingServer } from "../rig/counting-server.ts";
import { Rig, fileRig } from "../rig/rig.ts";

fileRig();

/*
 * Every field of every kind of content, written so that whoever parses and writes it again changes something: numbers that JavaScript cannot
 * hold, or would write otherwise, escapes that need not be, characters outside of ASCII, members in no order and with names that nobody knows.
 */
const odd = String.raw`"x":12345678901234567890,"f":1.0,"e":1E2,"neg":-0.0,"esc":"\u0041\/\u00e9 é 🚂 \ud83d\ude82 \u2028","__proto__":{"a":[]},"":null`;
const annotations = `"annotations":{"priority":0.50,"audience":["assistant","user"],"lastModified":"2026-01-01T00:00:00Z",${odd}}`;
const meta = `"_meta":{"vendor.example/k":{${odd}},"progressToken":1.0}`;
const content = [
  `{"type":"text","text":"a\\u0062c \\"q\\" \\\\ ü",${annotations},${meta},${odd}}`,
  `{"type":"image","mimeType":"image/png","data":"AA==",${annotations},${meta},${odd}}`,
  `{"type":"audio","mimeType":"audio/wav","data":"AA==",${annotations},${meta},${odd}}`,
  `{"type":"resource_link","uri":"x://é","name":"n","title":"t","description":"d","mimeType":"text/plain","size":10.0,"icons":[{"src":"data:,"}],${annotations},${meta},${odd}}`,
  `{"type":"resource","resource":{"uri":"x://t","mimeType":"text/plain","text":"t\\n",${meta},${odd}},${annotations},${meta}}`,
  `{"type":"resource","resource":{"uri":"x://b","blob":"AA==",${meta},${odd}},${annotations},${meta}}`,
  `{"type":"hologram",${odd}}`,
];
const members = `"content":[${content.join(",")}],"structuredContent":{"n":12345678901234567890,"one":1.0,"list":[{},[],null],${odd}},"isError":false,${meta},${odd}`;

interface Wire {
  readonly send: (id: number) => Promise<Buffer>;
}

const common = { "content-type": "application/json", accept: "application/json, text/event-stream" };

async function post(url: string, headers: Readonly<Record<string, string>>, body: object): Promise<Response> {
  return fetch(url, { method: "POST", headers: { ...common, ...headers }, body: JSON.stringify(body) });
}

const params = { name: "up__look", arguments: {} };

const wires: Readonly<Record<"legacy" | "modern", (url: string) => Promise<Wire>>> = {
  async legacy(url) {
    const initialize = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "raw", version: "1" } };
    const begun = await post(url, {}, { jsonrpc: "2.0", id: 0, method: "initialize", params: initialize });
    await begun.arrayBuffer();
    const session = { "mcp-session-id": begun.headers.get("mcp-session-id") ?? "" };
    return {
      send: async (id) => bytes(await post(url, session, { jsonrpc: "2.0", id, method: "tools/call", params })),
    };
  },
  modern: (url) => {
    const headers = { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": params.name };
    const reserved = {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientCapabilities": {},
    };
    return Promise.resolve({
      send: async (id) =>
        bytes(
          await post(url, headers, {
            jsonrpc: "2.0",
            id,
            method: "tools/call",
            params: { ...params, _meta: reserved },
          }),
        ),
    });
  },
};

async function bytes(response: Response): Promise<Buffer> {
  return Buffer.from(await response.arrayBuffer());
}

/** The result's members as they were written, by name, and those of its `_meta` likewise. */
function written(answer: Buffer): Readonly<Record<string, string>> {
  const result = memberNamed(answer, "result");
  assert.ok(result, answer.toString());
  const text = answer.subarray(result.valueStart, result.end);
  return Object.fromEntries(
    (allMembers(text) ?? []).flatMap((span) => {
      if (span.name !== "_meta") return [[span.name, valueText(text, span)]];
      const inner = text.subarray(span.valueStart, span.end);
      return (allMembers(inner) ?? []).map((each) => [`_meta ${each.name}`, valueText(inner, each)]);
    }),
  );
}

for (const upstream of ["legacy", "modern"] as const) {
  for (const caller of ["legacy", "modern"] as const) {
    suite(`a kept result of a ${upstream} server, for a ${caller} caller`, () => {
      test("has every byte of every field that the fresh one had, and the mark besides", async () => {
        await using rig = new Rig();
        const server = countingServer(upstream);
        server.answer("tools/call", (_params, id) => {
          const dress = upstream === "modern" ? '"resultType":"complete",' : "";
          server.send(`{"jsonrpc":"2.0","id":${id},"result":{${dress}${members}}}`);
          return "silence";
        });
        const target = { kind: "channel", open: server.open } as const;
        const { url } = await rig.gateway([{ name: "up", target, ...upstreamDefaults }]);
        const wire = await wires[caller](url);
        const fresh = written(await wire.send(1));
        const kept = written(await wire.send(2));
        const { "_meta switchyard/cache": mark, ...rest } = kept;
        assert.match(mark ?? "", /^\{"state":"hit","ageMs":\d+\}$/);
        assert.deepEqual(rest, fresh);
        // What the server wrote, and not only the same twice.
        const sent = written(Buffer.from(`{"result":{${members}}}`));
        for (const [name, text] of Object.entries(sent)) assert.equal(rest[name], text, name);
        assert.equal(server.received.filter(({ method }) => method === "tools/call").length, 1);
      });
    });
  }
}
