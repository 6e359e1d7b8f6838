import type { Resource } from "switchyard/connector";
import { FrappeError } from "./client/frappe-error.ts";
import { decoded } from "./desk/decoded.ts";
import { type Desk, docTypeFor } from "./desk/desk.ts";
import { skills } from "./skills/skills.ts";
import { infoOf } from "./tools/doctype-info.ts";

/** DocTypes by their address, and skills: how the tools are used for what people want. */
export function resourcesFor(desk: Desk): readonly Resource[] {
  return [
    {
      name: "doctype",
      title: "A DocType",
      description: "Its fields, links, tables and permissions, as get_doctype_info tells them.",
      uri: "doctype://{name}",
      mimeType: "application/json",
      read: async (uri, signal, caller) => {
        const name = decoded(uri.slice("doctype://".length));
        if (name === undefined) return undefined;
        try {
          const visitor = desk.visitor(caller);
          const docType = await docTypeFor(desk, visitor, name, signal);
          return { text: JSON.stringify(infoOf(desk, docType), undefined, 2), isPrivate: visitor.isOne };
        } catch (thrown) {
          if (thrown instanceof FrappeError && thrown.code === "doctype_unknown") return undefined;
          throw thrown;
        }
      },
    },
    ...skills.map(({ id, title, description, text }): Resource => ({
      name: id,
      title,
      description,
      uri: `skill://frappe/${id}`,
      mimeType: "text/markdown",
      size: Buffer.byteLength(text),
      read: () => ({ text }),
    })),
  ];
}
