import { createHash } from "node:crypto";
import { insert } from "../documents.ts";
import { type Json, numberOf, textOf } from "../json.ts";
import { mustMay } from "../permissions.ts";
import { thrown } from "../raised.ts";
import type { Request } from "../request.ts";
import { shownDoc } from "../shown.ts";
import { doctypeOf, randomName } from "../site.ts";
import type { Methods } from "./method.ts";

/** Where a file is put. */
export interface FilePlace {
  readonly doctype: unknown;
  readonly name: unknown;
  readonly isPrivate: boolean;
  readonly folder: string;
}

/** Uploads. */
export const fileMethods: Methods = {
  upload_file: {
    isWriting: true,
    run: (args, request) => {
      const { file } = request;
      if (file === undefined) throw thrown("ValidationError", "No file attached");
      const place = {
        doctype: args["doctype"],
        name: args["docname"],
        isPrivate: numberOf(args["is_private"]) === 1,
        folder: textOf(args["folder"]) || "Home",
      };
      return { message: attach(request, file.name, file.content, place) };
    },
  },
};

/** Keeps a file, attached to a document where one is named that the user may change. */
export function attach(request: Request, fileName: string, content: Buffer, place: FilePlace): Json {
  const { site, user } = request;
  const name = fileName.replaceAll(/[/\\]/g, "_");
  const [doctype, docname] = [textOf(place.doctype), textOf(place.name)];
  if (doctype !== "" && docname !== "") {
    const doc = site.store.get(doctype, docname);
    if (doc !== undefined) mustMay(site, user, doctypeOf(site, doctype), "write", doc);
  }
  const folder = place.isPrivate ? "/private/files/" : "/files/";
  const taken = site.files.has(`${folder}${name}`);
  const file_url = `${folder}${taken ? name.replace(/(\.[^.]*)?$/, `${randomName(site).slice(0, 6)}$1`) : name}`;
  const hash = createHash("md5").update(content).digest("hex");
  const type = /\.([^.]+)$/.exec(name)?.[1]?.toUpperCase() ?? null;
  const attached = doctype === "" ? {} : { attached_to_doctype: doctype, attached_to_name: docname };
  const values = {
    file_name: name,
    is_private: +place.isPrivate,
    file_type: type,
    file_size: content.length,
    file_url,
    folder: place.folder,
    content_hash: hash,
    ...attached,
  };
  const made = insert(request, "File", values);
  site.files.set(file_url, { content, isPrivate: place.isPrivate, name });
  return shownDoc(request, doctypeOf(site, "File"), made, { nulls: false });
}
