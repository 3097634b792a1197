import type { ResponseConfig, RouteConfig } from "@asteasolutions/zod-to-openapi";
import type { z } from "zod";
import type { Code } from "../answer.js";
import { enveloped } from "./answers.js";
import { requestHeaders, requestId } from "./headers.js";
import { refusalResponses } from "./refusals.js";

/** One route of the API, with everything that it can answer. */
export interface Operation {
  readonly method: "get" | "post" | "patch";
  readonly path: string;
  readonly tag: "sale" | "admin" | "process" | "pages" | "docs";
  /** A name for generated clients. */
  readonly name: string;
  readonly summary: string;
  readonly description?: string;
  readonly who: keyof typeof SECURITY;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly headers?: z.ZodObject;
  readonly body?: { readonly schema: z.ZodType; readonly required: boolean };
  readonly answers: Readonly<Record<number, Told>>;
  readonly refusals: readonly Code[];
}

type Told =
  /** In the envelope. */
  | { readonly description: string; readonly headers?: HeadersObject; readonly data: z.ZodType }
  /** As it is. */
  | {
      readonly description: string;
      readonly headers?: HeadersObject;
      readonly content?: NonNullable<ResponseConfig["content"]>;
    };

type HeadersObject = Readonly<
  Record<string, { readonly description?: string; readonly schema: { readonly type: "string" | "integer" } }>
>;

/** To a caller who sent an ETag along. */
export const notModified = { description: "What the caller has is the newest." } as const;

export const SECURITY_SCHEMES = {
  userHeader: {
    type: "apiKey",
    in: "header",
    name: "x-user-id",
    description:
      "Who buys, in `AUTH_MODE=trusted-header`: a gateway in front has checked it. 1 to 64 characters of `A-Z a-z 0-9 _ . @ : -`. " +
      "It wins over the query.",
  },
  userQuery: {
    type: "apiKey",
    in: "query",
    name: "userId",
    description: "Who buys, in `AUTH_MODE=trusted-header`, where the header is not there. It wins over the body.",
  },
  bearer: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "In `AUTH_MODE=jwt` its `sub` is who buys. A token whose `scope` contains `admin` is an admin's.",
  },
  adminKey: {
    type: "apiKey",
    in: "header",
    name: "x-admin-key",
    description: "The server's `ADMIN_API_KEY`; at most 256 printable ASCII characters.",
  },
} as const;

/** The ways to say who one is, of which each does. */
const SECURITY = {
  anyone: [],
  buyer: [{ userHeader: [] }, { userQuery: [] }, { bearer: [] }],
  /** The body may say it as well. */
  "buyer, also by the body": [{ userHeader: [] }, { userQuery: [] }, { bearer: [] }, {}],
  admin: [{ adminKey: [] }, { bearer: [] }],
  /** From loopback no credential is asked for. */
  operator: [{ adminKey: [] }, { bearer: [] }, {}],
} satisfies Record<string, Record<string, string[]>[]>;

export function routeOf(operation: Operation): RouteConfig {
  const { method, path, tag, name, summary, description, who, params, query, body, refusals } = operation;
  const answers = Object.entries(operation.answers).map(([status, told]) => [status, answerOf(told)] as const);
  return {
    method,
    path,
    tags: [tag],
    operationId: name,
    summary,
    ...(description !== undefined && { description }),
    security: [...SECURITY[who]],
    request: {
      headers: operation.headers ?? requestHeaders,
      ...(params && { params }),
      ...(query && { query }),
      ...(body && { body: { required: body.required, content: { "application/json": { schema: body.schema } } } }),
    },
    responses: { ...Object.fromEntries(answers), ...refusalResponses(refusals) },
  };
}

function answerOf(told: Told): ResponseConfig {
  const { description } = told;
  if ("data" in told)
    return {
      description,
      headers: { ...requestId, ...told.headers },
      content: { "application/json": { schema: enveloped(told.data) } },
    };
  return { description, headers: { ...requestId, ...told.headers }, ...(told.content && { content: told.content }) };
}
