import { configFormatContract } from "./document.contract.ts";
import { jsoncFormat } from "./jsonc.ts";

configFormatContract("JSONC", jsoncFormat, {
  tree: `{
  // the servers
  "servers": {
    "a": { "args": ["x", "y"] }, /* b is
    empty */ "b": {},
  },
}`,
  places: [
    { path: [], line: 1, column: 1 },
    { path: ["servers"], line: 3, column: 3 },
    { path: ["servers", "a", "args"], line: 4, column: 12 },
    { path: ["servers", "a", "args", 1], line: 4, column: 26 },
    { path: ["servers", "b"], line: 5, column: 14 },
    { path: ["servers", "c", "args", 0], line: 3, column: 3 },
    { path: ["servers", 0], line: 3, column: 3 },
  ],
  duplicate: '{\n  "servers": {\n    "a": {},\n    "a": {}\n  }\n}',
  duplicatePlace: { line: 4, column: 5 },
  commentsOnly: "// nothing yet\n/* really */\n",
  prototypeKey: '{ "__proto__": { "a": 1 } }',
  faulty: [
    { text: '{\n  "a" "secret" }', line: 2, column: 7, says: /colon/ },
    { text: '{\n  "a": 1\n  "secret": 2 }', line: 3, column: 3, says: /comma/ },
    { text: '{ "a": "secret\n }', line: 1, column: 8, says: /closing quote/ },
    { text: '{ "a": { }', line: 1, column: 11, says: /closing \}/ },
    { text: '["a"', line: 1, column: 5, says: /closing \]/ },
    { text: "{ secret: 1 }", line: 1, column: 3, says: /double quotes/ },
    { text: '{ "a": }', line: 1, column: 8, says: /value/ },
    { text: '{ "a": secret }', line: 1, column: 8, says: /not JSON/ },
    { text: '{ "a": "\\q" }', line: 1, column: 8, says: /unknown \\ escape/ },
    { text: '{ "a": "\\u12" }', line: 1, column: 8, says: /four hex digits/ },
    { text: '{ "a": "b\tc" }', line: 1, column: 8, says: /control character/ },
    { text: '{ "a": 1. }', line: 1, column: 8, says: /number/ },
    { text: "{} /* secret", line: 1, column: 4, says: /comment without its end/ },
    { text: '{}\n{ "secret": 1 }', line: 2, column: 1, says: /goes on/ },
  ],
});
