import type { JsonObject } from "../../src/core/json.ts";
import type { Channel } from "../../src/transport/channel.ts";

/*
 * The clients that the scenarios drive the gateway with are other people's. Each is put behind this interface, so that one suite can
 * be run with every one of them; what is behind it only names the client's own methods.
 */

/** A report of progress as clients hand it on. */
export interface Progress {
  readonly progress: number;
  readonly total?: number | undefined;
  readonly message?: string | undefined;
}

/** What may go with a call. */
export interface CallOptions {
  /** Cancels it. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/** What a completion is for. */
export type Reference =
  | { readonly type: "ref/prompt"; readonly name: string }
  | { readonly type: "ref/resource"; readonly uri: string };

/** A client that is connected. */
export interface Downstream extends AsyncDisposable {
  /** What was agreed on with the gateway; undefined where the client does not say. */
  readonly revision: string | undefined;
  tools(): Promise<readonly JsonObject[]>;
  call(name: string, args: JsonObject, options?: CallOptions): Promise<JsonObject>;
  resources(): Promise<readonly JsonObject[]>;
  templates(): Promise<readonly JsonObject[]>;
  read(uri: string): Promise<JsonObject>;
  prompts(): Promise<readonly JsonObject[]>;
  prompt(name: string, args: Readonly<Record<string, string>>): Promise<JsonObject>;
  complete(
    ref: Reference,
    argument: { readonly name: string; readonly value: string },
    context?: Readonly<Record<string, string>>,
  ): Promise<JsonObject>;
}

/** A program to start. */
export interface Program {
  readonly command: string;
  readonly args: string[];
}

/** Where a client is connected to: an address, a program that it starts, or the end of a channel in this process. */
export type Place =
  | { readonly kind: "http" | "ws"; readonly url: string }
  | ({ readonly kind: "stdio" } & Program)
  | { readonly kind: "channel"; readonly channel: Channel };

/** One of the clients. */
export interface ClientKind {
  /** As a reader knows it. */
  readonly title: string;
  /** What it speaks. */
  readonly revision: string;
  /** What it cannot do, and why: tests of that are skipped. */
  readonly lacks: Readonly<Partial<Record<"progress" | "cancel" | "cancelOverStdio", string>>>;
  connect(place: Place): Promise<Downstream>;
}

/** The code of a JSON-RPC error that a client threw. */
export function codeOf(thrown: unknown): unknown {
  return thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
}

/** The data of a JSON-RPC error that a client threw. */
export function dataOf(thrown: unknown): unknown {
  return thrown instanceof Error && "data" in thrown ? thrown.data : undefined;
}

/** Whether every one of these upstreams has tools in the client's list. */
export async function seesToolsOf(downstream: Downstream, upstreams: readonly string[]): Promise<boolean> {
  const names = (await downstream.tools()).map(({ name }) => String(name));
  return upstreams.every((upstream) => names.some((name) => name.startsWith(`${upstream}__`)));
}
