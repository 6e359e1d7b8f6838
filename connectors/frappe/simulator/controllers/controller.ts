import type { Json } from "../json.ts";
import type { Request } from "../request.ts";
import type { StoredDoc } from "../store.ts";

/** What a DocType does besides what all do: the part of a site that apps write in Python. */
export interface Controller {
  /** Before it is checked and stored: fills in what follows from the rest, and refuses what does not fit together. */
  readonly validate?: (doc: Json, request: Request, before: StoredDoc | undefined) => void;
  /** Once it is stored for the first time. */
  readonly afterInsert?: (doc: StoredDoc, request: Request, given: Json) => void;
  /** Whenever it was made, changed or removed. */
  readonly onChange?: (doc: StoredDoc, request: Request) => void;
  readonly onSubmit?: (doc: StoredDoc, request: Request) => void;
  readonly onCancel?: (doc: StoredDoc, request: Request) => void;
}
