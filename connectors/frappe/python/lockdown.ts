import fs from "node:fs";
import { registerHooks } from "node:module";

/*
 * A program in Python reaches objects of JavaScript, and by them whatever the process has. So the process has little: Node is started without the right
 * to files, processes, threads and add-ons (python.ts), and here goes what that leaves, the network above all, before anything of Pyodide is loaded.
 */

/** What Pyodide cannot do without. Of files, the process may read its own folder and Pyodide's. */
const needed = new Set(["node:fs", "node:fs/promises", "node:path", "node:url", "node:vm", "node:crypto"]);

/** In place of `node:module`: a `require` that knows what is needed and has nothing else. */
const substitute = `
import crypto from "node:crypto"; import fs from "node:fs"; import path from "node:path"; import url from "node:url";
const known = { "node:crypto": crypto, "node:fs": fs, "node:path": path, "node:url": url, "node:tty": { isatty: () => false } };
export const createRequire = () => (name) => {
  if (Object.hasOwn(known, name)) return known[name];
  throw new Error(name + " is not to be had here");
};
export default { createRequire };`;

/** Whatever is imported from now on comes from Pyodide's folder, or is needed, or is the substitute. */
export function limitModules(): void {
  registerHooks({
    resolve: (name, context, next) => {
      const isFile = name.startsWith("file:") || name.startsWith(".") || name.startsWith("/");
      if (isFile || needed.has(name)) return next(name, context);
      return { url: "switchyard:substitute", format: "module", shortCircuit: true };
    },
    load: (url, context, next) =>
      url === "switchyard:substitute"
        ? { format: "module", source: substitute, shortCircuit: true }
        : next(url, context),
  });
  // Pyodide asks it for the flags of files.
  replace(process, "binding", () => ({ fs: fs.constants }));
}

/** The memory of WebAssembly grows so far and no further: Python then raises MemoryError. */
export function limitMemory(maxBytes: number): void {
  const memory: Memory = Object(globalThis).WebAssembly.Memory.prototype;
  const { grow } = memory;
  replace(memory, "grow", function limited(this: Memory, pages: number) {
    if (this.buffer.byteLength + pages * pageBytes > maxBytes) throw new RangeError("The program's memory is full");
    return grow.call(this, pages);
  });
}

const pageBytes = 65_536;

/** WebAssembly.Memory, as far as it is used here. */
interface Memory {
  readonly buffer: ArrayBuffer;
  readonly grow: (pages: number) => number;
}

const networkNames = [
  "fetch",
  "WebSocket",
  "EventSource",
  "XMLHttpRequest",
  "navigator",
  "require",
  "BroadcastChannel",
];
const processNames = [
  "binding",
  "getBuiltinModule",
  "dlopen",
  "kill",
  "_kill",
  "send",
  "_send",
  "chdir",
  "exit",
  "abort",
  "reallyExit",
  "mainModule",
];

/** Once Pyodide is there, nothing asks for these any more. */
export function removeGlobals(): void {
  for (const name of networkNames) Reflect.deleteProperty(globalThis, name);
  for (const name of processNames) replace(process, name, undefined);
  replace(process, "env", Object.freeze({}));
}

function replace(of: object, name: string, value: unknown): void {
  Reflect.defineProperty(of, name, { value, writable: false, configurable: false });
}
