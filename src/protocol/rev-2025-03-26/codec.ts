import type { Codec } from "../codec.ts";
import { legacyCodec } from "../legacy.ts";

/** Streamable HTTP, annotations, audio. `completion/complete` has no `context` yet. */
export const codec: Codec = legacyCodec({ revision: "2025-03-26", lacks: { "completion/complete": ["context"] } });
