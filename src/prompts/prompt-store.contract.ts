import assert from "node:assert/strict";
import { test } from "node:test";
import type { PromptStore, PromptUse } from "./prompt-store.ts";
import type { Template, TemplateVersion } from "./template.ts";

/** A store under test. `settle` makes what was noted so far readable by whoever opens it next. */
export interface PromptStoreUnderTest {
  readonly store: PromptStore;
  readonly settle: () => PromptStore;
}

function templateOf(name: string, more: Partial<Template> = {}): Template {
  return { name, status: { kind: "draft" }, latest: 1, revision: 1, createdAt: 1000, changedAt: 1000, ...more };
}

function versionOf(number: number, more: Partial<TemplateVersion> = {}): TemplateVersion {
  const messages = [{ role: "user", text: `Ünd {{a}}, version ${number}` }] as const;
  return {
    number,
    at: 1000 + number,
    by: "key a1",
    content: { tags: [], arguments: [{ name: "a", required: true }], messages },
    ...more,
  };
}

function useOf(more: Partial<PromptUse> = {}): PromptUse {
  return { upstream: "prompts", prompt: "brief", version: "1", day: "1970-01-01", count: 1, lastAt: 5000, ...more };
}

/** What every store of prompts must do. */
export function testPromptStore(name: string, open: () => PromptStoreUnderTest): void {
  test(`${name}: a template is there as it was put, with its last version and the one that is offered`, () => {
    const { store, settle } = open();
    assert.deepEqual(store.all(), []);
    const first = templateOf("brief", {
      role: "operator",
      origin: { upstream: "erp", prompt: "x", version: "3", at: 7 },
    });
    assert.equal(store.put({ template: first, version: versionOf(1, { note: "begun" }) }), true);
    const second = { ...first, status: { kind: "published", version: 1 }, latest: 2, revision: 2 } as const;
    assert.equal(store.put({ template: second, version: versionOf(2) }), true);
    store.put({ template: templateOf("another"), version: versionOf(1) });
    const expected = [
      { template: templateOf("another"), last: versionOf(1), offered: undefined },
      { template: second, last: versionOf(2), offered: versionOf(1, { note: "begun" }) },
    ];
    assert.deepEqual(store.all(), expected);
    assert.deepEqual(settle().all(), expected);
  });

  test(`${name}: versions are kept, the latest first, until they are forgotten`, () => {
    const { store, settle } = open();
    for (const number of [1, 2, 3]) {
      store.put({ template: templateOf("brief", { latest: number, revision: number }), version: versionOf(number) });
    }
    assert.deepEqual(store.versions("brief"), [versionOf(3), versionOf(2), versionOf(1)]);
    store.put({ template: templateOf("brief", { latest: 4, revision: 4 }), version: versionOf(4), forgotten: [1, 2] });
    assert.deepEqual(store.versions("nothing"), []);
    assert.deepEqual(settle().versions("brief"), [versionOf(4), versionOf(3)]);
  });

  test(`${name}: of two changes of one revision the second changes nothing`, () => {
    const { store } = open();
    const template = templateOf("brief");
    assert.equal(store.put({ template, version: versionOf(1) }), true);
    assert.equal(
      store.put({ template: { ...template, role: "admin" }, version: versionOf(1, { by: "other" }) }),
      false,
    );
    const next = { ...template, latest: 2, revision: 2 };
    assert.equal(store.put({ template: next, version: versionOf(2) }), true);
    assert.equal(store.put({ template: { ...next, role: "admin" }, version: versionOf(2, { by: "other" }) }), false);
    assert.deepEqual(store.all(), [{ template: next, last: versionOf(2), offered: undefined }]);
    assert.deepEqual(store.versions("brief"), [versionOf(2), versionOf(1)]);
  });

  test(`${name}: a removed template is gone with its versions, once`, () => {
    const { store, settle } = open();
    store.put({ template: templateOf("brief"), version: versionOf(1) });
    assert.equal(store.remove("brief"), true);
    assert.equal(store.remove("brief"), false);
    assert.deepEqual(store.versions("brief"), []);
    assert.deepEqual(settle().all(), []);
  });

  test(`${name}: of what is noted of one day and version the latest counts`, () => {
    const { store, settle } = open();
    store.used(useOf());
    store.used(useOf({ count: 2, lastAt: 6000 }));
    store.used(useOf({ version: "2" }));
    store.used(useOf({ upstream: "erp", prompt: "sales", version: "", day: "1970-01-02" }));
    const uses = [...settle().uses()].toSorted(
      (a, b) => a.day.localeCompare(b.day) || a.version.localeCompare(b.version),
    );
    assert.deepEqual(uses, [
      useOf({ count: 2, lastAt: 6000 }),
      useOf({ version: "2" }),
      useOf({ upstream: "erp", prompt: "sales", version: "", day: "1970-01-02" }),
    ]);
  });

  test(`${name}: what it changed itself is no news to it`, () => {
    const { store } = open();
    store.hasChanged();
    store.put({ template: templateOf("brief"), version: versionOf(1) });
    assert.equal(store.hasChanged(), false);
  });
}
