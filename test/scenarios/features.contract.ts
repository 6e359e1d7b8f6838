import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type JsonObject, objectAt } from "../../src/core/json.ts";
import { type Downstream, type Progress, codeOf, dataOf } from "../rig/downstream.ts";
import { addresses, descriptions, png, refusal, richResult } from "../rig/fixture.ts";
import { until } from "../rig/until.ts";
import { verifies } from "../requirements/verifies.ts";

/** A client connected to a gateway with the fixture server behind it. */
export interface Setting {
  /** Who calls, and how: the beginning of the tests' names. */
  readonly title: string;
  /** The fixture's name, as upstream and as server. */
  readonly upstream: string;
  /** Asked when a test begins. */
  readonly downstream: () => Downstream;
  /** Why the client or the server cannot show a feature: its tests are skipped. */
  readonly lacks: Readonly<Partial<Record<"progress" | "cancel" | "annotations", string>>>;
}

/** What every client must be able to do with every fixture server, whichever eras they speak. */
export function usesEveryFeature({ title, upstream, downstream, lacks }: Setting): void {
  const exposed = (name: string): string => `${upstream}__${name}`;
  const uris = addresses(upstream);
  const calls = async (): Promise<JsonObject> =>
    objectAt(await downstream().call(exposed("calls"), {}), "structuredContent") ?? {};
  const waitingHas = async (list: "waiting" | "cancelled", key: string): Promise<boolean> => {
    const keys = (await calls())[list];
    return Array.isArray(keys) && keys.includes(key);
  };
  /** Calls `count`, and lets it answer when all its progress has arrived: the clients drop what arrives together with the answer. */
  const count = async (key: string, steps: number): Promise<{ seen: Progress[]; answer: JsonObject }> => {
    const seen: Progress[] = [];
    const complete = Promise.withResolvers<void>();
    const onProgress = (report: Progress): void => {
      seen.push(report);
      if (seen.length === steps) complete.resolve();
    };
    const answer = downstream().call(exposed("count"), { key, steps }, { onProgress });
    await Promise.race([complete.promise, answer]);
    await downstream().call(exposed("proceed"), { key });
    return { seen, answer: await answer };
  };

  suite(`${title} with the ${upstream} server`, () => {
    test("tools are listed under the upstream's name, as the upstream describes them", async () => {
      verifies("tools.list", "tools.disambiguation");
      const listed = (await downstream().tools()).filter(({ name }) => String(name).startsWith(exposed("")));
      const described = new Map(listed.map(({ name, description }) => [name, description]));
      assert.equal(described.get(exposed("echo")), descriptions.echo);
      assert.equal(described.get(exposed("wait")), descriptions.wait);
      assert.equal(described.has(exposed("extra")), false);
      const echo = listed.find(({ name }) => name === exposed("echo")) ?? {};
      const properties = objectAt(objectAt(echo, "inputSchema") ?? {}, "properties") ?? {};
      assert.deepEqual(properties["message"], { type: "string" });
    });

    test("a tool is called with its arguments, and answers", async () => {
      const { content } = await downstream().call(exposed("echo"), { message: "grüß dich 🚂" });
      assert.deepEqual(content, [{ type: "text", text: "grüß dich 🚂" }]);
    });

    test(
      "every kind of content and structured content arrive as sent",
      { skip: lacks.annotations ?? false },
      async () => {
        const result = await downstream().call(exposed("rich"), {});
        const sent = richResult(upstream);
        assert.deepEqual(result["content"], sent.content);
        assert.deepEqual(result["structuredContent"], sent.structuredContent);
        const [key = ""] = Object.keys(sent["_meta"]);
        assert.deepEqual(objectAt(result, "_meta")?.[key], Object.values(sent["_meta"])[0]);
      },
    );

    test("a tool that fails answers with a failed result, not with an error", async () => {
      verifies("tools.execution-errors");
      const { content, isError } = await downstream().call(exposed("fail"), { reason: "no more coffee" });
      assert.equal(isError, true);
      assert.deepEqual(content, [{ type: "text", text: "no more coffee" }]);
    });

    test("a tool that the upstream does not have is refused", async () => {
      verifies("tools.unknown");
      await assert.rejects(downstream().call(exposed("nothing"), {}), (thrown) => codeOf(thrown) === -32602);
    });

    test("resources and resource templates are listed with their own addresses", async () => {
      verifies("resources.list");
      const listed = new Set((await downstream().resources()).map(({ uri }) => uri));
      assert.ok(listed.has(uris.text));
      assert.ok(listed.has(uris.blob));
      const templates = new Set((await downstream().templates()).map(({ uriTemplate }) => uriTemplate));
      assert.ok(templates.has(uris.template));
    });

    test("a text and a binary resource are read", async () => {
      verifies("resources.read");
      const text = await downstream().read(uris.text);
      assert.deepEqual(text["contents"], [{ uri: uris.text, mimeType: "text/plain", text: `words of ${upstream}` }]);
      const blob = await downstream().read(uris.blob);
      assert.deepEqual(blob["contents"], [{ uri: uris.blob, mimeType: "image/png", blob: png }]);
    });

    test("a resource that only a template describes is read", async () => {
      verifies("resources.read");
      const uri = uris.template.replace("{id}", "apple");
      const { contents } = await downstream().read(uri);
      assert.deepEqual(contents, [{ uri, mimeType: "text/plain", text: "item apple" }]);
    });

    test("an error of the upstream keeps its code and its data", async () => {
      verifies("base.codes-relayed");
      await assert.rejects(downstream().read(uris.refused), (thrown) => {
        assert.equal(codeOf(thrown), refusal.code);
        assert.deepEqual(dataOf(thrown), refusal.data);
        assert.ok(thrown instanceof Error);
        assert.match(thrown.message, /not today/);
        return true;
      });
    });

    test("prompts are listed under the upstream's name, and filled in", async () => {
      verifies("prompts.list", "prompts.get");
      const listed = (await downstream().prompts()).find(({ name }) => name === exposed("greet")) ?? {};
      assert.equal(listed["title"], "Greeting");
      const { messages } = await downstream().prompt(exposed("greet"), { tone: "formal", name: "Ada" });
      assert.deepEqual(messages, [{ role: "user", content: { type: "text", text: "Greet Ada in a formal tone." } }]);
    });

    test("an argument of a prompt is completed, with regard to the other arguments", async () => {
      verifies("completion.relayed");
      const ref = { type: "ref/prompt", name: exposed("greet") } as const;
      const found = await downstream().complete(ref, { name: "name", value: "S" }, { tone: "formal" });
      assert.deepEqual(objectAt(found, "completion")?.["values"], ["Sir"]);
      const other = await downstream().complete(ref, { name: "name", value: "" }, { tone: "casual" });
      assert.deepEqual(objectAt(other, "completion")?.["values"], ["mate"]);
    });

    test("a part of a resource template is completed", async () => {
      verifies("completion.relayed");
      const ref = { type: "ref/resource", uri: uris.template } as const;
      const found = await downstream().complete(ref, { name: "id", value: "ap" });
      assert.deepEqual(objectAt(found, "completion")?.["values"], ["apple", "apricot"]);
    });

    test("progress arrives in order, and before the answer", { skip: lacks.progress ?? false }, async () => {
      const { seen, answer } = await count(`${title} counts`, 3);
      assert.deepEqual(answer["content"], [{ type: "text", text: "counted to 3" }]);
      assert.deepEqual(
        seen.map(({ progress, total, message }) => ({ progress, total, message })),
        [1, 2, 3].map((progress) => ({ progress, total: 3, message: `step ${progress}` })),
      );
    });

    test("progress of calls at the same time does not mix", { skip: lacks.progress ?? false }, async () => {
      verifies("http.stream-related", "progress.token-unique");
      const counts = await Promise.all([count(`${title} counts up`, 2), count(`${title} counts on`, 5)]);
      const totals = counts.map(({ seen }) => seen.map(({ total }) => total));
      assert.deepEqual(totals, [
        [2, 2],
        [5, 5, 5, 5, 5],
      ]);
    });

    test("a cancelled call is cancelled upstream", { skip: lacks.cancel ?? false }, async () => {
      const key = `${title} cancels`;
      const controller = new AbortController();
      const call = downstream().call(exposed("wait"), { key }, { signal: controller.signal });
      const ended = assert.rejects(call);
      await until(() => waitingHas("waiting", key), "the call has reached the upstream");
      controller.abort(new Error("changed my mind"));
      await ended;
      await until(() => waitingHas("cancelled", key), "the cancellation has reached the upstream");
    });
  });
}
