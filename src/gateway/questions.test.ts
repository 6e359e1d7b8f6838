import assert from "node:assert/strict";
import { test } from "node:test";
import { isAskable, mayBeAsked } from "./questions.ts";
import { verifies } from "../../test/requirements/verifies.ts";

const form = { method: "elicitation/create", params: { message: "?" } };
const url = { method: "elicitation/create", params: { mode: "url", url: "https://example.com" } };
const sample = { method: "sampling/createMessage", params: {} };
const sampleWithTools = { method: "sampling/createMessage", params: { tools: [] } };
const roots = { method: "roots/list", params: {} };

test("a caller is asked only what it declared, in the mode it declared", () => {
  verifies("mrtr.capabilities", "elicitation.modes", "elicitation.mode-absent", "sampling.tools");
  const cases = [
    [{}, []],
    [{ elicitation: {} }, [form]],
    [{ elicitation: { form: {} } }, [form]],
    [{ elicitation: { url: {} } }, [url]],
    [{ elicitation: { form: {}, url: {} } }, [form, url]],
    [{ sampling: {} }, [sample]],
    [{ sampling: { tools: {} } }, [sample, sampleWithTools]],
    [{ roots: { listChanged: true } }, [roots]],
  ] as const;
  for (const [capabilities, may] of cases) {
    for (const question of [form, url, sample, sampleWithTools, roots]) {
      assert.equal(
        mayBeAsked(capabilities, question),
        may.some((allowed) => allowed === question),
        `${JSON.stringify(capabilities)} ${JSON.stringify(question)}`,
      );
    }
    assert.equal(isAskable(capabilities), may.length > 0);
  }
  assert.ok(!mayBeAsked({ elicitation: {} }, { method: "tools/call", params: {} }));
});
