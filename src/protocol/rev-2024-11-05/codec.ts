import type { Codec } from "../codec.ts";
import { legacyCodec } from "../legacy.ts";

/** The first revision. `completion/complete` has no `context` yet. */
export const codec: Codec = legacyCodec({ revision: "2024-11-05", lacks: { "completion/complete": ["context"] } });
