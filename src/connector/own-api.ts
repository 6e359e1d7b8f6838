import { createRequire, registerHooks } from "node:module";
import { fileURLToPath } from "node:url";

const specifier = "switchyard/connector";
const url = new URL(import.meta.url.endsWith(".ts") ? "./api.ts" : "./api.js", import.meta.url).href;
let isShared = false;

/**
 * Whether modules of this package get that one by themselves: where it is built, and from its sources under the condition that `npm start` names.
 * Worth asking: with {@link shareOwnApi}, Node keeps nothing compiled of what it loads from then on.
 */
export function isOwnApiResolved(): boolean {
  // As a module beside this folder is answered, which is where the connectors are.
  const beside = createRequire(new URL("../../package.json", import.meta.url));
  try {
    return beside.resolve(specifier) === fileURLToPath(url);
  } catch {
    return false;
  }
}

/**
 * From now on `switchyard/connector` is, for every module of this process, the very one that the gateway itself uses: also for a connector
 * that is not installed beside it, and also where the gateway is run from its sources, unbuilt. A second copy would have classes of its own, and
 * what a tool throws as a failure would be taken for a defect.
 */
export function shareOwnApi(): void {
  if (isShared) return;
  isShared = true;
  registerHooks({
    resolve: (name, context, next) => (name === specifier ? { url, shortCircuit: true } : next(name, context)),
  });
}
