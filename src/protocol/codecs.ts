import type { Codec, Identity } from "./codec.ts";
import { codec as codec20241105 } from "./rev-2024-11-05/codec.ts";
import { codec as codec20250326 } from "./rev-2025-03-26/codec.ts";
import { codec as codec20250618 } from "./rev-2025-06-18/codec.ts";
import { codec as codec20251125 } from "./rev-2025-11-25/codec.ts";
import { modernCodec } from "./rev-2026-07-28/codec.ts";
import type { Revision } from "./revision.ts";

/** The codec of every revision, for a gateway that names itself `identity`. */
export type Codecs = Readonly<Record<Revision, Codec>>;

export function codecsFor(identity: Identity): Codecs {
  return {
    "2024-11-05": codec20241105,
    "2025-03-26": codec20250326,
    "2025-06-18": codec20250618,
    "2025-11-25": codec20251125,
    "2026-07-28": modernCodec(identity),
  };
}
