/** Has the browser keep a file. */
export function saveFile(name: string, type: string, body: BlobPart): void {
  const address = URL.createObjectURL(new Blob([body], { type }));
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  link.click();
  URL.revokeObjectURL(address);
}
