import { Python } from "../../connectors/frappe/python/python.ts";

/* A gateway for connectors/frappe/python/python.test.ts: tells its parent when its program, which has no end, is on its way to the sandbox. */

const program = {
  // It is read when it is sent.
  get code(): string {
    setImmediate(() => process.send?.("sent"));
    return "while True: pass";
  },
  data: "null",
  variables: [],
  maxCharacters: 1000,
};

await new Python({ atOnce: 1 }).run(program, 60_000, new AbortController().signal);
