import { isRecord, type Path } from "./content.ts";
import { nearest } from "./nearest.ts";
import type { Finding } from "./problem.ts";
import { pathText, quoted } from "./shown.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Checks what the schema cannot say of a server's policies, and of those of its tools: what a fallback is, and that it is there. */
export function checkPolicies(path: Path, name: string, entry: Fields, servers: readonly string[]): readonly Finding[] {
  const { tools } = entry;
  const ofTools = isRecord(tools) ? Object.entries(tools) : [];
  return [
    ...checkFallback([...path, "fallback"], entry["fallback"], servers, undefined),
    ...ofTools.flatMap(([tool, policy]) =>
      isRecord(policy)
        ? checkFallback([...path, "tools", tool, "fallback"], policy["fallback"], servers, `${name}/${tool}`)
        : [],
    ),
  ];
}

function checkFallback(path: Path, fallback: unknown, servers: readonly string[], self: string | undefined): Finding[] {
  if (!isRecord(fallback)) return [];
  const here = pathText(path);
  const { tool, result } = fallback;
  if ((tool === undefined) === (result === undefined)) {
    return [{ path, message: `${here} must have either "tool" or "result"${tool === undefined ? "" : ", not both"}` }];
  }
  if (result !== undefined && fallback["arguments"] !== undefined) {
    const at = [...path, "arguments"];
    return [{ path: at, message: `${pathText(at)} does nothing beside a result; remove one` }];
  }
  return typeof tool === "string" ? checkTool([...path, "tool"], tool, servers, self) : [];
}

function checkTool(path: Path, tool: string, servers: readonly string[], self: string | undefined): Finding[] {
  if (tool === self) return [{ path, message: `${pathText(path)} is the tool itself; name another` }];
  const [server = ""] = tool.split("/");
  if (servers.includes(server)) return [];
  const meant = nearest(server, servers);
  const advice =
    meant === undefined ? `the servers are ${servers.map(quoted).join(", ")}` : `did you mean ${quoted(meant)}?`;
  return [{ path, message: `${pathText(path)} names no server of the file; ${advice}` }];
}
