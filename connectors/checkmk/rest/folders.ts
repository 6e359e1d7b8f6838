import { z } from "zod";
import { CheckmkError } from "../checkmk-error.ts";
import type { RestClient } from "./client.ts";
import { type Attributes, type AttributesChange, attributesBody, collectionOf, objectOf } from "./objects.ts";

/** A folder of the configuration. */
export interface Folder {
  /** `/` or such as `/servers/linux`. */
  readonly path: string;
  readonly title: string;
  /** What its hosts and folders have from it. */
  readonly attributes: Attributes;
}

const extensions = z.object({ path: z.string(), attributes: z.record(z.string(), z.unknown()).default({}) });
const folderShape = objectOf(extensions);
const foldersShape = collectionOf(extensions);

function folderOf({ title, extensions: { path, attributes } }: z.output<typeof folderShape>): Folder {
  return { path, title, attributes };
}

/** A folder as paths of the API name it: `~servers~linux`. */
export function folderId(folder: string): string {
  const parts = folder.split(/[/\\~]/).filter((part) => part !== "");
  return `~${parts.join("~")}`;
}

/** A folder in the one spelling in which answers have it: `/servers/linux`. */
export function folderPath(folder: string): string {
  return folderId(folder).replaceAll("~", "/");
}

/** Folders in the configuration. What is written waits for activation. */
export class Folders {
  readonly #client: RestClient;

  constructor(client: RestClient) {
    this.#client = client;
  }

  /** Those in a folder, or with `isRecursive` all below it. @throws {CheckmkError} `not_found`, `invalid` — there is no such folder. */
  async list(parent: string, isRecursive: boolean, signal: AbortSignal): Promise<readonly Folder[]> {
    const query = { parent: folderId(parent), recursive: isRecursive, show_hosts: false };
    const path = ["domain-types", "folder_config", "collections", "all"];
    const { value } = await this.#client.read({ method: "GET", path, query }, foldersShape, signal);
    return value.value.map(folderOf);
  }

  /** The folder, and the ETag that a change of it needs. @throws {CheckmkError} `not_found`. */
  async get(
    folder: string,
    signal: AbortSignal,
  ): Promise<{ readonly folder: Folder; readonly etag: string | undefined }> {
    const path = ["objects", "folder_config", folderId(folder)];
    const { value, etag } = await this.#client.read({ method: "GET", path }, folderShape, signal);
    return { folder: folderOf(value), etag };
  }

  /** @throws {CheckmkError} `not_found` — with the way out, where there is no such folder. */
  async require(folder: string, signal: AbortSignal): Promise<void> {
    try {
      await this.get(folder, signal);
    } catch (thrown) {
      if (!(thrown instanceof CheckmkError && thrown.code === "not_found")) throw thrown;
      const message = `There is no folder ${JSON.stringify(folder)}; list_folders names those that there are, create_folder makes one`;
      throw new CheckmkError("not_found", message, { cause: thrown });
    }
  }

  /** Makes a folder in another. @throws {CheckmkError} `invalid` — there is one of that name, or no such parent. */
  async create(
    { parent, name, title, attributes }: { readonly parent: string; readonly name: string } & Omit<Folder, "path">,
    signal: AbortSignal,
  ): Promise<Folder> {
    const path = ["domain-types", "folder_config", "collections", "all"];
    const body = { name, title, parent: folderId(parent), attributes };
    const { value } = await this.#client.read({ method: "POST", path, body }, folderShape, signal);
    return folderOf(value);
  }

  /** Changes a folder that still is what its ETag says. @throws {CheckmkError} `changed_meanwhile`; `not_found`; `invalid`. */
  async update(
    folder: string,
    { title, ...change }: { readonly title?: string } & AttributesChange,
    etag: string,
    signal: AbortSignal,
  ): Promise<Folder> {
    const path = ["objects", "folder_config", folderId(folder)];
    const body = { ...(title !== undefined && { title }), ...attributesBody(change) };
    const { value } = await this.#client.read({ method: "PUT", path, body, ifMatch: etag }, folderShape, signal);
    return folderOf(value);
  }

  /** Moves a folder into another. @throws {CheckmkError} as {@link Folders.update}. */
  async move(folder: string, destination: string, etag: string, signal: AbortSignal): Promise<Folder> {
    const path = ["objects", "folder_config", folderId(folder), "actions", "move", "invoke"];
    const body = { destination: folderId(destination) };
    const { value } = await this.#client.read({ method: "POST", path, body, ifMatch: etag }, folderShape, signal);
    return folderOf(value);
  }

  /** Deletes a folder with everything in it; only an empty one where `isEmptyOnly`. @throws {CheckmkError} `not_found`; `conflict`. */
  async delete(folder: string, isEmptyOnly: boolean, signal: AbortSignal): Promise<void> {
    const query = { delete_mode: isEmptyOnly ? "abort_on_nonempty" : "recursive" };
    await this.#client.call({ method: "DELETE", path: ["objects", "folder_config", folderId(folder)], query }, signal);
  }
}
