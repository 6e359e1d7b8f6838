import { readFileSync } from "node:fs";
import { isJsonObject, stringAt } from "./core/json.ts";
import type { Identity } from "./protocol/codec.ts";

function versionOfPackage(): string {
  const read: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return (isJsonObject(read) ? stringAt(read, "version") : undefined) ?? "0.0.0";
}

/** How Switchyard names itself to clients and servers. */
export const identity: Identity = { name: "switchyard", title: "Switchyard", version: versionOfPackage() };
