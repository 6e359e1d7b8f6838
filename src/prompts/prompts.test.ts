import assert from "node:assert/strict";
import { test } from "node:test";
import { GatewayError } from "../core/errors.ts";
import { ManualClock } from "../core/manual-clock.ts";
import { testPromptStore } from "./prompt-store.contract.ts";
import { type PromptStore, memoryPrompts } from "./prompt-store.ts";
import { Prompts } from "./prompts.ts";
import { maxTemplates, maxVersions } from "./template.ts";

testPromptStore("memory", () => {
  const store = memoryPrompts();
  return { store, settle: () => store };
});

function contentOf(text: string): object {
  return { messages: [{ role: "user", text }] };
}

function promptsIn(store: PromptStore = memoryPrompts()): { prompts: Prompts; clock: ManualClock } {
  const clock = new ManualClock(1000);
  return { prompts: new Prompts({ store, clock }), clock };
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof GatewayError) return thrown.code;
    throw thrown;
  }
  return "none";
}

test("what is saved is a draft until it is published, and later versions are drafts until they are", () => {
  const { prompts } = promptsIn();
  prompts.save("local", "brief", { content: contentOf("one") });
  assert.equal(prompts.offered("brief"), undefined);
  prompts.publish("brief");
  assert.equal(prompts.offered("brief")?.number, 1);
  const saved = prompts.save("key a", "brief", { content: contentOf("two"), note: "better" });
  assert.deepEqual(
    [saved.last.number, saved.last.by, saved.last.note, saved.offered?.number],
    [2, "key a", "better", 1],
  );
  prompts.publish("brief");
  assert.equal(prompts.offered("brief")?.content.messages[0]?.text, "two");
  prompts.archive("brief");
  assert.equal(prompts.offered("brief"), undefined);
  assert.deepEqual(prompts.save("local", "brief", { content: contentOf("three") }).template.status, { kind: "draft" });
  prompts.publish("brief", 1);
  assert.equal(prompts.offered("brief")?.content.messages[0]?.text, "one");
});

test("an earlier version that is restored is the latest, and nothing is lost", () => {
  const { prompts } = promptsIn();
  prompts.save("local", "brief", { content: contentOf("one"), isPublished: true });
  prompts.save("local", "brief", { content: contentOf("two"), isPublished: true });
  prompts.restore("key b", "brief", 1);
  assert.deepEqual(
    prompts
      .versions("brief")
      .map(({ number, by }) => [number, by, prompts.version("brief", number).content.messages[0]?.text]),
    [
      [3, "key b", "one"],
      [2, "local", "two"],
      [1, "local", "one"],
    ],
  );
  assert.equal(prompts.offered("brief")?.number, 2);
  assert.equal(
    codeOf(() => prompts.restore("key b", "brief", 9)),
    "prompt_not_found",
  );
});

test("who saves over somebody else's version is told so, and nothing is changed", () => {
  const store = memoryPrompts();
  const [{ prompts }, { prompts: other }] = [promptsIn(store), promptsIn(store)];
  prompts.save("a", "brief", { content: contentOf("one"), seen: 0 });
  assert.equal(
    codeOf(() => prompts.save("a", "brief", { content: contentOf("again"), seen: 0 })),
    "prompt_conflict",
  );
  assert.equal(
    codeOf(() => other.save("b", "brief", { content: contentOf("two"), seen: 0 })),
    "prompt_conflict",
  );
  assert.equal(other.show("brief").last.by, "a", "it looks at once");
  other.save("b", "brief", { content: contentOf("two"), seen: 1 });
  assert.equal(
    codeOf(() => prompts.archive("brief")),
    "prompt_conflict",
  );
  assert.equal(prompts.show("brief").last.by, "b");
});

test("a role can be needed, and no longer be", () => {
  const { prompts } = promptsIn();
  prompts.save("a", "brief", { content: contentOf("one") });
  assert.equal(prompts.limit("brief", "operator").template.role, "operator");
  assert.equal(prompts.save("a", "brief", { content: contentOf("two") }).template.role, "operator");
  assert.equal("role" in prompts.limit("brief", undefined).template, false);
});

test("names that are none, and templates that there are not, are refused", () => {
  const { prompts } = promptsIn();
  for (const name of ["", "a b", "-a", "ä", "x".repeat(65)]) {
    assert.equal(
      codeOf(() => prompts.save("a", name, { content: contentOf("x") })),
      "invalid_params",
      name,
    );
  }
  for (const run of [
    () => prompts.show("none"),
    () => prompts.publish("none"),
    () => prompts.archive("none"),
    () => {
      prompts.remove("none");
    },
  ]) {
    assert.equal(codeOf(run), "prompt_not_found");
  }
});

test("there are so many templates and versions, and the oldest version that is not offered makes room", () => {
  const { prompts } = promptsIn();
  prompts.save("a", "brief", { content: contentOf("1"), isPublished: true });
  for (let number = 2; number <= maxVersions + 2; number += 1) {
    prompts.save("a", "brief", { content: contentOf(String(number)) });
  }
  const numbers = prompts.versions("brief").map(({ number }) => number);
  assert.equal(numbers.length, maxVersions);
  assert.deepEqual(numbers.slice(-2), [4, 1]);
  for (let at = 1; at < maxTemplates; at += 1) prompts.save("a", `t${at}`, { content: contentOf("x") });
  assert.equal(
    codeOf(() => prompts.save("a", "more", { content: contentOf("x") })),
    "invalid_params",
  );
});

test("who listens is told of every change, until that ends", () => {
  const { prompts } = promptsIn();
  let told = 0;
  const stop = prompts.onChange(() => {
    told += 1;
  });
  prompts.save("a", "brief", { content: contentOf("x") });
  prompts.publish("brief");
  prompts.remove("brief");
  assert.equal(told, 3);
  stop();
  prompts.save("a", "brief", { content: contentOf("x") });
  assert.equal(told, 3);
});
