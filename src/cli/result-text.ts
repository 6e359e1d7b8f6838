import { type JsonObject, isJsonObject, objectAt, stringAt } from "../core/json.ts";
import { plainText } from "./terminal.ts";

/** A tool's result for people: its texts, a line for what is no text, and its structure where there is nothing else. */
export function resultText(result: JsonObject): string {
  const content = Array.isArray(result["content"]) ? result["content"].filter(isJsonObject) : [];
  if (content.length > 0) return content.map(contentText).join("\n");
  const structured = result["structuredContent"];
  return structured === undefined ? "(no content)" : JSON.stringify(structured, undefined, 2);
}

function contentText(item: JsonObject): string {
  const type = stringAt(item, "type") ?? "?";
  switch (type) {
    case "text":
      return plainText(stringAt(item, "text") ?? "");
    case "image":
    case "audio":
      return `[${type} ${stringAt(item, "mimeType") ?? ""}, ${bytesIn(stringAt(item, "data") ?? "")} bytes]`;
    case "resource_link":
      return `[resource ${plainText(stringAt(item, "uri") ?? "")}]`;
    case "resource":
      return resourceText(objectAt(item, "resource") ?? {});
    default:
      return plainText(JSON.stringify(item));
  }
}

function resourceText(resource: JsonObject): string {
  const text = stringAt(resource, "text");
  const uri = plainText(stringAt(resource, "uri") ?? "");
  if (text !== undefined) return `[resource ${uri}]\n${plainText(text)}`;
  return `[resource ${uri}, ${bytesIn(stringAt(resource, "blob") ?? "")} bytes]`;
}

function bytesIn(base64: string): number {
  return Math.floor((base64.replace(/=+$/, "").length * 3) / 4);
}

const barCells = 24;

/** A progress notification as one line: a bar where the end is known, and the message. */
export function progressLine(params: JsonObject): string {
  const { progress, total, message } = params;
  const said = typeof message === "string" ? `  ${message}` : "";
  if (typeof progress !== "number") return `working …${said}`;
  if (typeof total !== "number" || total <= 0) return `${progress} done${said}`;
  const share = Math.min(1, Math.max(0, progress / total));
  const full = Math.round(share * barCells);
  return `${"█".repeat(full)}${"░".repeat(barCells - full)} ${String(Math.round(share * 100)).padStart(3)} %  ${progress}/${total}${said}`;
}
