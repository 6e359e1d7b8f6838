import { GatewayError } from "../core/errors.ts";

/** Where traces go. */
export interface TracingOptions {
  /** Address of an OTLP/HTTP receiver for traces, such as `http://127.0.0.1:4318/v1/traces`. */
  readonly endpoint: string;
  /** Headers sent to it. May hold secrets. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/**
 * What OpenTelemetry's usual variables say; undefined where they name no receiver, or say that there shall be no traces.
 *
 * Read are `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, `OTEL_EXPORTER_OTLP_ENDPOINT` (to which `/v1/traces` is added), `OTEL_SDK_DISABLED` and
 * `OTEL_TRACES_EXPORTER`; headers and the name of the service are the exporter's to read.
 *
 * @throws {GatewayError} `invalid_config` — the address is none.
 * @see OpenTelemetry, OTLP Exporter Configuration.
 */
export function tracingFromEnv(env: Readonly<Record<string, string | undefined>>): TracingOptions | undefined {
  if (env["OTEL_SDK_DISABLED"]?.toLowerCase() === "true" || env["OTEL_TRACES_EXPORTER"] === "none") return undefined;
  const traces = env["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];
  if (traces !== undefined && traces !== "") return { endpoint: checked(traces, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") };
  const all = env["OTEL_EXPORTER_OTLP_ENDPOINT"];
  if (all === undefined || all === "") return undefined;
  return { endpoint: `${checked(all, "OTEL_EXPORTER_OTLP_ENDPOINT").replace(/\/+$/, "")}/v1/traces` };
}

function checked(address: string, name: string): string {
  const protocol = URL.parse(address)?.protocol;
  if (protocol === "http:" || protocol === "https:") return address;
  throw new GatewayError("invalid_config", `${name} must be an http or https address`);
}
