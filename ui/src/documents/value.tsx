import { Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { Json, JsonObject } from "../answers.ts";
import type { FieldAnswer } from "./answers.ts";
import { isLong, shownValue } from "./fields.ts";
import { textAt } from "./json.ts";
import { DocumentLink } from "./links.tsx";

/** One value: what is linked as a link, all else as people read it. */
export function Value(given: {
  readonly site: string;
  readonly field: FieldAnswer;
  /** The document or row that it is of: in it stands of which DocType a dynamic link is. */
  readonly doc: JsonObject;
  readonly value: Json | undefined;
}): ReactNode {
  const { site, field, doc, value } = given;
  const { type, options, masked } = field;
  const text = shownValue(type, value);
  const target = type === "Link" ? options : type === "Dynamic Link" ? textAt(doc, String(options)) : undefined;
  if (typeof target === "string" && target !== "" && text !== "" && masked !== true)
    return <DocumentLink site={site} doctype={target} name={text} />;
  return (
    <Text
      size="sm"
      component="span"
      className="numbers"
      style={{ overflowWrap: "anywhere", whiteSpace: isLong(type) ? "pre-wrap" : "normal" }}
    >
      {text}
    </Text>
  );
}
