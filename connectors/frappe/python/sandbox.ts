import { closeSync, fstatSync, readSync, writeSync } from "node:fs";
import type { loadPyodide as LoadPyodide } from "pyodide";
import { limitMemory, limitModules, removeGlobals } from "./lockdown.ts";
import type { FromSandbox, Program, ProgramEnd, ToSandbox } from "./messages.ts";

/*
 * A process that runs one program in Python, in Pyodide, and is ended then: nothing of one program is left for the next. It is given Pyodide's address,
 * how many bytes the program may use, and what it does with the image of Python's memory that it finds at its file 4: `use` it, `make` it and be ended
 * before it has run anything, or `none`.
 */

const [, , pyodideUrl = "", maxBytes = "0", image = "none"] = process.argv;
/** Where the image is, after the three streams and the channel. */
const imageFile = 4;
// What `process.send` calls, and the way out: neither is left where a program could find it.
const send: unknown = Reflect.get(process, "_send");
const exit = process.exit.bind(process);

// While a program runs this is not seen: the gateway's guard ends the process then.
process.on("disconnect", () => exit());

const epilogue = `
def _switchyard_json(value, most):
    import json
    try:
        text = json.dumps(value, default=str, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        text = json.dumps(repr(value))
    if len(text) > most:
        return json.dumps(text[: most // 2 - 1]), True
    return text, False
_switchyard_json`;

limitModules();
limitMemory(Number(maxBytes));
// It is imported by its address, as this process may not look through folders for it.
const { loadPyodide }: { readonly loadPyodide: typeof LoadPyodide } = await import(pyodideUrl);
const python = await loadPyodide({
  jsglobals: Object.create(null),
  ...(image === "make" && { _makeSnapshot: true }),
  ...(image === "use" && { _loadSnapshot: readImage() }),
});
if (image === "make") makeImage();
// Else every program would draw the numbers that the image's next one would have been.
python.runPython('import sys\n"random" in sys.modules and sys.modules["random"].seed()');
const toJson = python.runPython(epilogue);
removeGlobals();
tell({ type: "ready" });

function makeImage(): void {
  // What most programs begin with. Not `random`, nor what imports it: it would be seeded once for all.
  python.runPython("import collections, csv, datetime, decimal, functools, itertools, json, math, re");
  const bytes = python.makeMemorySnapshot();
  for (let at = 0; at < bytes.length;) at += writeSync(imageFile, bytes, at, bytes.length - at);
}

function readImage(): Uint8Array {
  const bytes = new Uint8Array(fstatSync(imageFile).size);
  for (let at = 0; at < bytes.length;) {
    const read = readSync(imageFile, bytes, at, bytes.length - at, at);
    if (read === 0) throw new Error("The image ends too early");
    at += read;
  }
  closeSync(imageFile);
  return bytes;
}

process.on("message", ({ program }: ToSandbox) => {
  try {
    tell({ type: "done", end: run(program) });
  } catch (thrown) {
    tell({ type: "broken", message: String(thrown).slice(0, 1000) });
  }
});

function run({ code, data, variables, maxCharacters }: Program): ProgramEnd {
  const [stdout, stderr] = [new Printed(maxCharacters), new Printed(maxCharacters)];
  python.setStdout({ write: (bytes) => stdout.take(bytes) });
  python.setStderr({ write: (bytes) => stderr.take(bytes) });
  const globals = python.runPython("dict()");
  globals.set("__name__", "__main__");
  globals.set("_given", data);
  python.runPython("import json as _json\ndata = _json.loads(_given)\ndel _json, _given", { globals });
  let isCut = false;
  const jsonOf = (value: unknown): string => {
    const [text, wasCut] = toJson(value, maxCharacters).toJs();
    isCut ||= Boolean(wasCut);
    return whole(String(text));
  };
  // Python has cut it, but the program may have changed what Python cuts with.
  const whole = (text: string): string => {
    if (text.length <= maxCharacters) return text;
    isCut = true;
    // As JSON, a character is six at most.
    return JSON.stringify(text.slice(0, Math.max(0, Math.floor(maxCharacters / 6) - 1)));
  };
  let error: string | undefined;
  let result: string | undefined;
  try {
    const value: unknown = python.runPython(code, { globals, filename: "program.py" });
    result = value === undefined ? undefined : jsonOf(value);
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    isCut ||= message.length > maxCharacters;
    error = ownLines(message.slice(0, maxCharacters)).slice(0, maxCharacters);
  }
  const wanted = variables.filter((name) => globals.has(name));
  const kept = Object.fromEntries(wanted.map((name) => [name, jsonOf(globals.get(name))]));
  isCut ||= stdout.isCut || stderr.isCut;
  return { stdout: stdout.text, stderr: stderr.text, result, variables: kept, error, isCut };
}

/** Without the lines of Pyodide itself. */
function ownLines(traceback: string): string {
  const lines = traceback.trimEnd().split("\n");
  const own = lines.findIndex((line) => line.includes('"program.py"'));
  return (own < 0 ? lines.slice(-1) : ["Traceback (most recent call last):", ...lines.slice(own)]).join("\n");
}

/** Takes what is printed, up to so many characters. */
class Printed {
  readonly #max: number;
  readonly #decoder = new TextDecoder();
  text = "";
  isCut = false;

  constructor(max: number) {
    this.#max = max;
  }

  take(bytes: Uint8Array): number {
    if (!this.isCut) this.text += this.#decoder.decode(bytes, { stream: true });
    if (this.text.length > this.#max) {
      this.text = this.text.slice(0, this.#max);
      this.isCut = true;
    }
    return bytes.length;
  }
}

function tell(message: FromSandbox): void {
  if (typeof send === "function") Reflect.apply(send, process, [message]);
}
