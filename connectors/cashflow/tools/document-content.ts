import type { Content } from "switchyard/connector";

/**
 * A document as an embedded resource, for whoever asked rather than for the model. Charts too: what clients hand to models as images must be
 * pixels, and some fail on anything else.
 */
export function documentContent(name: string, mimeType: string, text: string): Content {
  return {
    type: "resource",
    resource: { uri: `cashflow://documents/${name}`, mimeType, text },
    annotations: { audience: ["user"] },
  };
}
