import { toGatewayError } from "../core/errors.ts";
import type { ApiDeps } from "./api-deps.ts";
import type { Exchange } from "./endpoint.ts";
import { checkOwnOrigin } from "./operator-request.ts";
import { answerJson, refuse } from "./reply.ts";

/**
 * Answers with every setting, without secrets, and where each comes from.
 *
 * @throws {GatewayError} `forbidden_origin`; answers with `invalid_config` where the file cannot be read.
 */
export function answerSettings({ request, response, deps, visitor }: Exchange<ApiDeps>): void {
  checkOwnOrigin(request, visitor);
  const { gateway, desk } = deps;
  desk.settings().then(
    (settings) => {
      answerJson(response, { version: gateway.deps.identity.version, ...settings, store: gateway.keeping() });
    },
    (thrown: unknown) => {
      refuse(response, toGatewayError(thrown));
    },
  );
}
