import { aiSdk, aiSdkLegacy } from "./ai-sdk.ts";
import { sdkV1 } from "./sdk-v1.ts";
import { sdkV2 } from "./sdk-v2.ts";

/** The clients that the scenarios are run with: two of each era, by two makers. */
export const clients = [sdkV1, sdkV2, aiSdk, aiSdkLegacy] as const;
