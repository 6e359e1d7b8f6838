import type { Activator } from "./activator.ts";
import type { Activation } from "./rest/activation.ts";
import type { Discovery } from "./rest/discovery.ts";
import type { Folders } from "./rest/folders.ts";
import type { Hosts } from "./rest/hosts.ts";

/** What the tools that configure a site work with. */
export interface Setup {
  readonly hosts: Hosts;
  readonly folders: Folders;
  readonly discovery: Discovery;
  readonly activation: Activation;
  readonly activator: Activator;
}
