import type { Content } from "switchyard/connector";

/**
 * A document as an embedded resource, for whoever asked rather than for the model. Charts too: what clients hand to models as images must be
 * pixels, and some fail on anything else.
 */
export function documentContent(name: string, mimeType: string, body: string | Buffer): Content {
  const uri = `cashflow://documents/${name}`;
  return {
    type: "resource",
    resource:
      typeof body === "string" ? { uri, mimeType, text: body } : { uri, mimeType, blob: body.toString("base64") },
    annotations: { audience: ["user"] },
  };
}
