/** What is wrong with a resolved string at `key` of a server, as a clause that does not repeat it. */
export function textTrouble(key: string, text: string): string | undefined {
  if (text.includes("\0")) return "must not hold a NUL character";
  if (key === "url") return urlTrouble(text);
  if (key === "headers" && /[^\t\u0020-\u007e\u0080-\u00ff]/.test(text)) {
    return "must be text that fits an HTTP header: no line breaks, no control characters, nothing beyond Latin-1";
  }
  const mustBeFilled = key === "command" || key === "cwd" || key === "envFile";
  return mustBeFilled && text.trim() === "" ? "must not be empty" : undefined;
}

function urlTrouble(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return "must be an http or https URL";
  if (url.username !== "" || url.password !== "") {
    return 'must not hold a user name or a password; send them in "headers" as Authorization';
  }
  return undefined;
}

/** What is wrong with the name of an environment variable or a header, as a clause that does not repeat it. */
export function nameTrouble(key: "env" | "headers", name: string): string | undefined {
  if (key === "env") {
    const isUsable = name !== "" && name !== "__proto__" && !/[=\0]/.test(name);
    return isUsable ? undefined : "is not the name of an environment variable";
  }
  const isToken = name !== "__proto__" && /^[\w!#$%&'*+.^`|~-]+$/.test(name);
  return isToken ? undefined : "is not the name of an HTTP header";
}
