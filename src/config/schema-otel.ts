import { z } from "zod";

const endpointError = "must be an http or https address";

/** The key that says where traces go. */
export const otelKey = z
  .strictObject(
    {
      endpoint: z
        .string({ error: endpointError })
        .regex(/^https?:\/\/[^\s${}]+$/, { error: endpointError })
        .meta({
          description:
            "Address of an OTLP/HTTP receiver for traces, such as http://127.0.0.1:4318/v1/traces. Headers for it stand in the environment, in OTEL_EXPORTER_OTLP_HEADERS.",
        }),
    },
    { error: "must be an object" },
  )
  .optional()
  .meta({
    description:
      "Where traces of calls go (OpenTelemetry). Default: where OTEL_EXPORTER_OTLP_TRACES_ENDPOINT or OTEL_EXPORTER_OTLP_ENDPOINT say, else nowhere.",
  });
