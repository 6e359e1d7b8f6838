import type { Codec } from "../codec.ts";
import { legacyCodec } from "../legacy.ts";

/** The newest revision with sessions, and the only one with experimental tasks. */
export const codec: Codec = legacyCodec({ revision: "2025-11-25", lacks: {}, hasTasks: true });
