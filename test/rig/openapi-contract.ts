import { readFileSync } from "node:fs";
import { type ValidateFunction, Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";

/** One exchange with an API, as both sides made it. */
export interface ContractExchange {
  readonly method: string;
  /** Below the API's root, as it was sent. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Undefined where there is none. */
  readonly body: unknown;
  readonly reply: {
    readonly status: number;
    readonly body?: unknown;
    readonly headers?: Readonly<Record<string, string>>;
  };
}

type Json = Readonly<Record<string, unknown>>;

/**
 * An OpenAPI 3.0 file of Checkmk, to hold exchanges against. It is mended where it cannot be taken at its word:
 *
 * - patterns end in Python's `\Z`, which is `$`; `nullable` is a type of its own in JSON Schema;
 * - `oneOf` with a discriminator lists one schema several times, so that never exactly one fits: any of them does here;
 * - members of collections are said to be links, and are objects (source of 2.4, `constructors.collection_object`).
 */
export class OpenApiContract {
  readonly #paths: readonly {
    readonly template: string;
    readonly pattern: RegExp;
    readonly names: readonly string[];
    readonly item: Json;
  }[];
  readonly #ajv: Ajv2020;
  readonly #compiled = new Map<string, ValidateFunction>();
  /** Operations that were seen: `GET /version`. */
  readonly seen = new Set<string>();

  constructor(file: string) {
    const document: unknown = parse(readFileSync(file, "utf8"), { maxAliasCount: -1 });
    const { paths, components } = recordOf(mended(document));
    this.#paths = Object.entries(recordOf(paths)).map(([template, item]) => {
      const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
      return {
        template,
        pattern: new RegExp(`^${template.replaceAll(/\{\w+\}/g, "([^/]+)")}$`),
        names,
        item: recordOf(item),
      };
    });
    this.#ajv = new Ajv2020({
      strict: false,
      logger: false,
      formats: { "date-time": moment, iso8601: moment, uuid: true, url: true, field: true, uri: true },
    });
    this.#ajv.addSchema({ $id: "root", components });
  }

  /** What an exchange breaks; nothing where it keeps the contract. */
  breaches(exchange: ContractExchange): readonly string[] {
    const { method, path } = exchange;
    const found = this.#paths.find(
      ({ pattern, item }) => pattern.test(path) && item[method.toLowerCase()] !== undefined,
    );
    if (found === undefined) return [`${method} ${path} is not in the specification`];
    const operation = recordOf(found.item[method.toLowerCase()]);
    const name = `${method} ${found.template}`;
    this.seen.add(name);
    const values = found.pattern.exec(path) ?? [];
    const inPath = new Map(found.names.map((each, at) => [each, unquotedTwice(values[at + 1] ?? "")]));
    return [
      ...this.#parameterBreaches(operation, exchange, inPath),
      ...this.#bodyBreaches(operation, exchange, name),
      ...this.#replyBreaches(operation, exchange, name),
    ].map((breach) => `${name}: ${breach}`);
  }

  #parameterBreaches(
    operation: Json,
    { query, headers }: ContractExchange,
    inPath: ReadonlyMap<string, string>,
  ): readonly string[] {
    const parameters = listOf(operation["parameters"]).map((parameter) => this.#resolved(parameter));
    const known = new Set(parameters.filter((each) => each["in"] === "query").map((each) => each["name"]));
    const unknown = [...query.keys()]
      .filter((each) => !known.has(each))
      .map((each) => `unknown query parameter ${each}`);
    const wrong = parameters.flatMap((parameter) => {
      const { in: place, name, required, schema, content } = parameter;
      if (typeof name !== "string") return [];
      const sent =
        place === "path" ? [inPath.get(name) ?? ""] : place === "query" ? query.getAll(name) : headerOf(headers, name);
      if (sent.length === 0) return required === true ? [`${String(place)} parameter ${name} is missing`] : [];
      if (content !== undefined)
        return this.#breachesOf(
          recordOf(recordOf(content)["application/json"])["schema"],
          JSON.parse(sent[0] ?? ""),
          name,
        );
      return schema === undefined ? [] : this.#breachesOf(schema, this.#coerced(this.#resolved(schema), sent), name);
    });
    const bearer = /^Bearer \S+ \S.*$/.test(String(headers["authorization"])) ? [] : ["no Bearer authorization"];
    return [...unknown, ...wrong, ...bearer];
  }

  #bodyBreaches(operation: Json, { body }: ContractExchange, name: string): readonly string[] {
    const { requestBody } = operation;
    if (requestBody === undefined) return body === undefined ? [] : ["a body where none is specified"];
    if (body === undefined) return ["no body"];
    const { schema } = recordOf(recordOf(recordOf(requestBody)["content"])["application/json"]);
    return this.#breachesOf({ allOf: [schema], unevaluatedProperties: false }, body, `body of ${name}`);
  }

  #replyBreaches(operation: Json, { reply }: ContractExchange, name: string): readonly string[] {
    const answers = recordOf(operation["responses"]);
    const answer = answers[String(reply.status)];
    if (answer === undefined) return [`answered ${reply.status}, which is not specified`];
    const content = recordOf(recordOf(answer)["content"] ?? {});
    const type = reply.headers?.["content-type"] ?? "application/json";
    const media = content[type];
    if (reply.body === undefined) return [];
    if (media === undefined) return [`answered ${reply.status} with ${type}, which is not specified`];
    return this.#breachesOf(recordOf(media)["schema"], reply.body, `answer ${reply.status} of ${name}`);
  }

  #breachesOf(schema: unknown, value: unknown, where: string): readonly string[] {
    const key = JSON.stringify(schema);
    const validate = this.#compiled.get(key) ?? this.#ajv.compile(recordOf(rooted(schema)));
    this.#compiled.set(key, validate);
    if (validate(value)) return [];
    return (validate.errors ?? [])
      .slice(0, 3)
      .map(({ instancePath, message = "", params }) => `${where}${instancePath} ${message} ${JSON.stringify(params)}`);
  }

  #coerced(schema: Json, sent: readonly string[]): unknown {
    const [first = ""] = sent;
    switch (schema["type"]) {
      case "array":
        return sent;
      case "boolean":
        return first === "true" ? true : first === "false" ? false : first;
      case "integer":
        return /^-?\d+$/.test(first) ? Number(first) : first;
      default:
        return first;
    }
  }

  #resolved(given: unknown): Json {
    const record = recordOf(given);
    const { $ref } = record;
    if (typeof $ref !== "string") return record;
    const schema = this.#ajv.getSchema("root");
    let found: unknown = schema?.schema;
    for (const part of $ref.replace("#/", "").split("/")) found = recordOf(found)[part];
    return recordOf(found);
  }
}

const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?$/;

function headerOf(headers: Json, name: string): readonly string[] {
  const value = headers[name.toLowerCase()];
  return typeof value === "string" ? [value] : [];
}

function unquotedTwice(text: string): string {
  return decodeURIComponent(decodeURIComponent(text));
}

/** References of a part lead into the whole file. */
function rooted(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(rooted);
  if (typeof schema !== "object" || schema === null) return schema;
  const entries = Object.entries(schema).map(([key, value]: [string, unknown]): [string, unknown] => {
    return key === "$ref" && typeof value === "string" ? [key, value.replace(/^#/, "root#")] : [key, rooted(value)];
  });
  return Object.fromEntries(entries);
}

function mended(given: unknown, key = ""): unknown {
  if (Array.isArray(given)) return given.map((each: unknown) => mended(each));
  if (typeof given !== "object" || given === null) return given;
  if (key === "example" || key === "x-codeSamples") return undefined;
  const schema = Object.fromEntries(
    Object.entries(given).map(([name, value]: [string, unknown]): [string, unknown] => [
      name === "oneOf" && "discriminator" in given ? "anyOf" : name,
      name === "pattern" && typeof value === "string" ? value.replaceAll(String.raw`\Z`, "$") : mended(value, name),
    ]),
  );
  if (key === "CollectionItem")
    return { anyOf: [{ $ref: "#/components/schemas/Link" }, { $ref: "#/components/schemas/DomainObject" }] };
  if (schema["nullable"] !== true) return schema;
  const { nullable: _, enum: values, type, ...rest } = schema;
  return {
    ...rest,
    ...(typeof type === "string" && { type: [type, "null"] }),
    ...(Array.isArray(values) && { enum: [...values, null] }),
  };
}

function recordOf(value: unknown): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(Object.entries(value));
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
