import { type Category, type Severity, errorTable } from "../core/error-table.ts";
import { modelAdvice } from "../core/model-advice.ts";
import { causeTable } from "./cause-table.ts";

/** Everything that is known of one code, of either table. */
export interface KnownCode {
  readonly code: string;
  /** Whose failure: Switchyard's own, with how it looks on the wire; or one behind a tool, as its words tell. */
  readonly of:
    | { readonly kind: "gateway"; readonly http: number; readonly rpc: number }
    | { readonly kind: "upstream" };
  readonly severity: Severity;
  readonly category: Category;
  readonly retryable: boolean;
  readonly suggestion: string;
  /** What the model is told, where that is something else. */
  readonly modelSuggestion: string | undefined;
}

const advice: ReadonlyMap<string, string> = new Map(Object.entries(modelAdvice));

const ofGateway = Object.entries(errorTable).map(([code, row]): KnownCode => {
  const { http, rpc, severity, category, retryable, suggestion } = row;
  const of = { kind: "gateway", http, rpc } as const;
  return { code, of, severity, category, retryable, suggestion, modelSuggestion: advice.get(code) };
});

const ofUpstreams = Object.entries(causeTable).map(([code, row]): KnownCode => {
  const { severity, category, retryable, suggestion } = row;
  const modelSuggestion = "forModel" in row ? row.forModel : undefined;
  return { code, of: { kind: "upstream" }, severity, category, retryable, suggestion, modelSuggestion };
});

/** Every code that an error may have or an explanation may give: first Switchyard's own, then those behind tools, each by name. */
export const knownCodes: readonly KnownCode[] = [ofGateway, ofUpstreams].flatMap((codes) =>
  codes.toSorted((a, b) => (a.code < b.code ? -1 : 1)),
);
