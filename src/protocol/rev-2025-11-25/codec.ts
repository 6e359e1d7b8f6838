import type { Codec } from "../codec.ts";
import { legacyCodec } from "../legacy.ts";

/** The newest revision with sessions. */
export const codec: Codec = legacyCodec({ revision: "2025-11-25", lacks: {} });
