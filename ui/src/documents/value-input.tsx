import { Autocomplete, Select, TextInput, Textarea } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { type ReactNode, useState } from "react";
import type { FieldAnswer, LinksAnswer } from "./answers.ts";
import { useAnswer } from "./ask.ts";
import { isLong, isNumeric } from "./fields.ts";

/** What is known of a value that is typed in. */
export type Typable = Pick<FieldAnswer, "type" | "options">;

interface Common {
  readonly label?: string;
  readonly "aria-label"?: string;
  readonly error?: string;
  readonly withAsterisk?: boolean;
  readonly disabled?: boolean;
}

/** An input for one value, by the type of its field; every value is a text until it is sent. */
export function ValueInput(given: {
  readonly site: string;
  readonly field: Typable;
  readonly value: string;
  readonly change: (value: string) => void;
  readonly common: Common;
}): ReactNode {
  const { site, field, value, change, common } = given;
  const { type, options } = field;
  if (type === "Check") return <Choice data={checks} value={value} change={change} common={common} />;
  if (type === "Select" && Array.isArray(options) && options.length > 0)
    return <Choice data={options.filter(Boolean)} value={value} change={change} common={common} />;
  if (type === "Link" && typeof options === "string" && options !== "")
    return <LinkInput site={site} doctype={options} value={value} change={change} common={common} />;
  const text = {
    ...common,
    value,
    onChange: (event: { readonly currentTarget: { readonly value: string } }) => {
      change(event.currentTarget.value);
    },
  };
  if (isLong(type)) return <Textarea {...text} autosize minRows={2} maxRows={10} />;
  if (type === "Date") return <TextInput {...text} type="date" value={value.slice(0, 10)} />;
  return (
    <TextInput
      {...text}
      autoComplete="off"
      {...(isNumeric(type) && { inputMode: "decimal" })}
      {...(type === "Datetime" && { placeholder: "YYYY-MM-DD HH:MM:SS" })}
    />
  );
}

const checks = [
  { value: "1", label: "Yes" },
  { value: "0", label: "No" },
];

function Choice(given: {
  readonly data: readonly string[] | readonly { readonly value: string; readonly label: string }[];
  readonly value: string;
  readonly change: (value: string) => void;
  readonly common: Common;
}): ReactNode {
  const { data, value, change, common } = given;
  return (
    <Select
      {...common}
      data={data}
      value={value === "" ? null : value}
      clearable={common.withAsterisk !== true}
      onChange={(next) => {
        change(next ?? "");
      }}
    />
  );
}

/** How long nobody must type before it is looked for, in ms. */
const quietMs = 250;

/** A name of a document, offered as the site's own forms offer it. Nothing is asked before it has the focus. */
function LinkInput(given: {
  readonly site: string;
  readonly doctype: string;
  readonly value: string;
  readonly change: (value: string) => void;
  readonly common: Common;
}): ReactNode {
  const { site, doctype, value, change, common } = given;
  const [isOpen, setIsOpen] = useState(false);
  const [query] = useDebouncedValue(value, quietMs);
  const { data } = useAnswer<LinksAnswer>(site, "search_link", { doctype, query, limit: 20 }, isOpen);
  const names = [...new Set((data?.results ?? []).map((each) => each.value))];
  return (
    <Autocomplete
      {...common}
      data={names}
      value={value}
      onChange={change}
      // The site has looked already, in more than the name.
      filter={({ options }) => options}
      onFocus={() => {
        setIsOpen(true);
      }}
    />
  );
}
