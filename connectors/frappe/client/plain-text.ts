const namedEntities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
};

/** HTML as a person reads it, in one paragraph: what a site tells its users is HTML, and a model needs none of it. */
export function plainText(html: string): string {
  return html
    .replaceAll(/<(script|style)\b[^>]*>[\s\S]*?<\/\1\s*>/gi, " ")
    .replaceAll(/<(?:br|\/p|\/div|\/li|\/tr|\/h[1-6]|\/summary)\b[^>]*>/gi, " ")
    .replaceAll(/<\/?[a-z!][^>]*>/gi, "")
    .replaceAll(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,6}));/gi, decoded)
    .replaceAll(/\s+/g, " ")
    .trim();
}

function decoded(entity: string, decimal?: string, hexadecimal?: string, named?: string): string {
  if (named !== undefined) return namedEntities[named.toLowerCase()] ?? entity;
  const point = decimal === undefined ? Number.parseInt(hexadecimal ?? "", 16) : Number.parseInt(decimal, 10);
  return point > 0x10_ff_ff ? entity : String.fromCodePoint(point);
}
