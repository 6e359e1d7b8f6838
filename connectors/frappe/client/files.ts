import { type Asking, unexpected } from "./asking.ts";
import type { Client } from "./client.ts";
import { FrappeError } from "./frappe-error.ts";
import { isJsonObject } from "./json.ts";
import { multipartOf } from "./multipart.ts";

/** What a user does with files. */
export function filesBy({ ask, send }: Asking, random: () => number): Pick<Client, "upload" | "download"> {
  return {
    upload: async (upload, signal) => {
      const { type, body } = multipartOf(upload, random);
      const about = `upload of ${upload.fileName}`;
      const path = "/api/method/upload_file";
      const answer = await ask({ method: "POST", path, contentType: type, body, isReading: false, about }, signal);
      const doc = answer["message"];
      if (isJsonObject(doc)) return doc;
      throw unexpected(about);
    },
    download: async (fileUrl, signal) => {
      const request = { method: "GET", path: filePath(fileUrl), isReading: true, about: `GET ${fileUrl}` } as const;
      const { body, headers } = await send(request, signal);
      return { bytes: body, mimeType: headers["content-type"] ?? "application/octet-stream" };
    },
  };
}

/** The path of a file, which must be one of the site's own: the credential goes nowhere else. */
function filePath(fileUrl: string): string {
  if (/^\/(?:private\/)?files\/[^?#\\]+$/.test(fileUrl) && !fileUrl.split("/").includes(".."))
    return encodeURI(fileUrl);
  const what = `${JSON.stringify(fileUrl.slice(0, 200))} is no file of the site; its file_url begins with /files/ or /private/files/`;
  throw new FrappeError({ code: "value_invalid", what });
}
