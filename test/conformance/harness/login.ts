import { type JsonObject, stringAt } from "../../../src/core/json.ts";
import type { OAuthSettings } from "../../../src/upstream/oauth/settings.ts";

/** The document that describes a client to the suite's authorization servers; the suite knows it by this address only. */
const clientMetadataUrl = "https://conformance-test.local/client-metadata.json";

/** What the suite hands over for logging in. */
export function settingsIn(context: JsonObject): OAuthSettings {
  const clientId = stringAt(context, "client_id");
  const clientSecret = stringAt(context, "client_secret");
  return {
    clientMetadataUrl,
    ...(clientId === undefined ? {} : { clientId }),
    ...(clientSecret === undefined ? {} : { clientSecret }),
  };
}

/** Does what a browser does with the address of a login: the suite's authorization servers agree at once, by a redirect. */
export async function logIn(url: URL): Promise<URL | undefined> {
  const response = await fetch(url, { redirect: "manual" });
  await response.arrayBuffer();
  const location = response.headers.get("location");
  return location === null ? undefined : new URL(location, url);
}
