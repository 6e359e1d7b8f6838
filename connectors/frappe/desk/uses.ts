/** How long a name may be that an answer is told to be made from, in characters; what is longer is told by its DocType. */
const mostCharacters = 200;

/** What is dropped once any document of a DocType is another. */
export function doctypeUse(doctype: string): string {
  return `doctype:${doctype}`.slice(0, mostCharacters);
}

/** What is dropped once this document is another. */
export function docUse(doctype: string, name: string): string {
  const use = `doc:${doctype}/${name}`;
  return use.length <= mostCharacters ? use : doctypeUse(doctype);
}
