import type { Codec } from "../codec.ts";
import { legacyCodec } from "../legacy.ts";

/** Structured output, resource links, elicitation, the MCP-Protocol-Version header. */
export const codec: Codec = legacyCodec({ revision: "2025-06-18", lacks: {} });
