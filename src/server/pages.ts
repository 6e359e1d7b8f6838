import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { GatewayError, toGatewayError } from "../core/errors.ts";
import { refuse } from "./reply.ts";

/** Where `npm run build` puts the dashboard: from `src/server` and from `dist/server` the same place. */
const built = fileURLToPath(new URL("../../dist/ui/", import.meta.url));

/** The addresses of its router, besides `/`. A test holds them to the router's. */
export const pageNames = [
  "upstreams",
  "tools",
  "prompts",
  "calls",
  "jobs",
  "events",
  "cache",
  "cashflow",
  "monitoring",
  "documents",
  "alerts",
  "access",
  "settings",
] as const;

const address = new RegExp(`^/(?:(?:${pageNames.join("|")})(?:/[^/]+){0,2})?/?$`);
const assetAddress = /^\/(?:assets\/[\w.-]+|icon\.svg)$/;

const contentTypes: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
  woff2: "font/woff2",
};

/**
 * What the dashboard may do in a browser: run its own scripts, talk to the gateway that it came from, and nothing else. Styles may be inline, as the
 * components set them; images may be data, as tools answer with them.
 */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "media-src data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** A file as it is sent. */
interface Page {
  readonly body: Buffer;
  /** Undefined where it would not be smaller. */
  readonly zipped: Buffer | undefined;
  readonly type: string;
  readonly etag: string;
}

/**
 * The dashboard's files. Anybody may have them, as nothing of the gateway is in them: what they show they ask for with the visitor's key. Nothing is
 * read before somebody asks, and each file once.
 */
export class Pages {
  readonly #folder: string;
  readonly #held = new Map<string, Promise<Page>>();
  #names: Promise<ReadonlySet<string>> | undefined;

  /** `folder` ends with a slash. */
  constructor(folder: string = built) {
    this.#folder = folder;
  }

  /** Answers where one of them is asked for; false where the path is another one. */
  answer(request: IncomingMessage, response: ServerResponse, path: string): boolean {
    const isPage = address.test(path);
    if (!isPage && !assetAddress.test(path)) return false;
    if (request.method !== "GET" && request.method !== "HEAD") return false;
    const name = isPage ? "index.html" : path.slice(1);
    this.#page(name).then(
      (page) => {
        send(request, response, page, isPage);
      },
      (thrown: unknown) => {
        refuse(response, toGatewayError(thrown));
      },
    );
    return true;
  }

  async #page(name: string): Promise<Page> {
    this.#names ??= namesIn(this.#folder);
    const names = await this.#names;
    // Looked for anew at the next request, so that building it helps a gateway that runs.
    if (names.size === 0) this.#names = undefined;
    if (!names.has(name)) {
      throw names.size === 0
        ? new GatewayError("route_not_found", "The dashboard is not built", {
            data: { suggestion: "Run `npm run build`, then load this page again." },
          })
        : new GatewayError("route_not_found", `There is nothing at /${name.slice(0, 200)}`);
    }
    const held = this.#held.get(name) ?? pageIn(this.#folder, name);
    this.#held.set(name, held);
    // What cannot be read now may be later.
    held.catch(() => {
      this.#held.delete(name);
    });
    return held;
  }
}

/** None where it is not built. Bounds what is held: no other file is ever read. */
async function namesIn(folder: string): Promise<ReadonlySet<string>> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return new Set(
    files.filter((file) => file.isFile()).map(({ parentPath, name }) => nameOf(join(parentPath, name), folder)),
  );
}

function nameOf(file: string, folder: string): string {
  return file.slice(folder.length).replaceAll("\\", "/");
}

async function pageIn(folder: string, name: string): Promise<Page> {
  const body = await readFile(join(folder, name));
  const type = contentTypes[name.slice(name.lastIndexOf(".") + 1)] ?? "application/octet-stream";
  // Loaded by whoever visits the dashboard, not by every gateway that starts.
  const zlib = await import("node:zlib");
  const zipped = type.startsWith("font/") ? undefined : await promisify(zlib.gzip)(body);
  const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
  return { body, zipped: zipped !== undefined && zipped.length < body.length ? zipped : undefined, type, etag };
}

function send(request: IncomingMessage, response: ServerResponse, page: Page, isPage: boolean): void {
  if (response.destroyed) return;
  const { headers, method } = request;
  const isNamedByContent = !isPage && request.url?.startsWith("/assets/") === true;
  const isZipped = page.zipped !== undefined && /\bgzip\b/.test(headers["accept-encoding"] ?? "");
  const body = isZipped && page.zipped !== undefined ? page.zipped : page.body;
  const common = {
    etag: page.etag,
    "cache-control": isNamedByContent ? "public, max-age=31536000, immutable" : "no-cache",
    "content-security-policy": policy,
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "no-referrer",
    vary: "accept-encoding",
    "x-content-type-options": "nosniff",
  };
  if (headers["if-none-match"]?.includes(page.etag) === true) {
    response.writeHead(304, common);
    response.end();
    return;
  }
  response.writeHead(200, {
    ...common,
    "content-type": page.type,
    "content-length": body.length,
    ...(isZipped && { "content-encoding": "gzip" }),
  });
  response.end(method === "HEAD" ? undefined : body);
}
