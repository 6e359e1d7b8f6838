/** A file as it is sent: its name, its bytes, and what is said with it. */
export interface Upload {
  readonly fileName: string;
  readonly content: Uint8Array;
  /** Only who may see the document, or the owner, may read it. Default true. */
  readonly isPrivate?: boolean;
  /** The document that it is attached to. */
  readonly attachedTo?: { readonly doctype: string; readonly name: string; readonly field?: string };
  /** Default: `Home`, or for attachments `Home/Attachments`. */
  readonly folder?: string;
}

/** A form as browsers send files (RFC 7578), its boundary not in any of its parts. */
export function multipartOf(upload: Upload, random: () => number): { readonly type: string; readonly body: Buffer } {
  const { fileName, content, isPrivate = true, attachedTo, folder } = upload;
  const fields = {
    is_private: isPrivate ? "1" : "0",
    folder: folder ?? (attachedTo === undefined ? "Home" : "Home/Attachments"),
    ...(attachedTo !== undefined && { doctype: attachedTo.doctype, docname: attachedTo.name }),
    ...(attachedTo?.field !== undefined && { fieldname: attachedTo.field }),
  };
  const bytes = Buffer.from(content);
  let boundary: string;
  do {
    boundary = `form-${random().toString(36).slice(2)}${random().toString(36).slice(2)}`;
  } while (bytes.includes(boundary));
  const said = Object.entries(fields).map(([name, value]) => part(boundary, `name="${name}"`, value));
  const file = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${quoted(fileName)}"\r\nContent-Type: application/octet-stream\r\n\r\n`;
  const body = Buffer.concat([Buffer.from(said.join("") + file), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  return { type: `multipart/form-data; boundary=${boundary}`, body };
}

function part(boundary: string, name: string, value: string): string {
  return `--${boundary}\r\nContent-Disposition: form-data; ${name}\r\n\r\n${value.replaceAll(/[\r\n]/g, " ")}\r\n`;
}

function quoted(name: string): string {
  return name.replaceAll('"', "%22").replaceAll(/[\r\n]/g, "_");
}
