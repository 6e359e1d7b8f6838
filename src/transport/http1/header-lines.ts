import { GatewayError } from "../../core/errors.ts";

/** What a header's value may consist of; encoded as ASCII, so that nothing depends on how the server reads other bytes. */
const sendable = /^[\t\x20-\x7e]*$/;
const fieldName = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;

/**
 * The lines of a request's headers, each with its end: those of `common` that `own` does not have, and those of `own`.
 *
 * @throws {GatewayError} `upstream_misconfigured` — a name or a value that no header can have; the message has the name, never the value.
 * @see RFC 9110, 5.1 (names), 5.5 (values: other than ASCII is not to be sent).
 */
export function headerLines(common: Readonly<Record<string, string>>, own: Readonly<Record<string, string>>): string {
  let lines = "";
  for (const name in common) if (own[name.toLowerCase()] === undefined) lines += line(name, common[name]);
  for (const name in own) lines += line(name, own[name]);
  return lines;
}

function line(name: string, value = ""): string {
  if (fieldName.test(name) && sendable.test(value)) return `${name}: ${value}\r\n`;
  throw new GatewayError(
    "upstream_misconfigured",
    `The header ${JSON.stringify(name)} cannot be sent: its name or its value has characters that no header may have`,
    { data: { stage: "exchange", suggestion: "Correct the upstream's headers in the configuration." } },
  );
}
