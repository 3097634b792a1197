import { expect } from "chai";
import { z } from "zod";
import { STATUS_OF, type Code } from "#src/answer.js";
import { enveloped } from "#src/openapi/answers.js";
import type { Operation } from "#src/openapi/operation.js";
import { REFUSALS } from "#src/openapi/refusals.js";
import { operations } from "#src/openapi.js";

interface Body {
  readonly success?: boolean;
  readonly code?: string;
  readonly details?: unknown;
}

/** The operation of the API's document that a request is one of; undefined where there is none. */
export function operationOf(method: string, path: string): Operation | undefined {
  const asked = path.replace(/^\/api\/v1\.0\//, "/api/v1/").replace(/\?.*$/, "");
  const wanted = method === "HEAD" ? "get" : method.toLowerCase();
  const matching = operations.filter((one) => one.method === wanted && patternOf(one.path).test(asked));
  return matching.find((one) => one.path === asked) ?? matching[0];
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "[^/]+")}$`);
}

/** Fails for an answer that the API's document does not have, in its status, its code or any of its fields. */
export function expectDocumented(method: string, path: string, status: number, body: Body): void {
  const called = `${method} ${path} answered ${status} ${JSON.stringify(body)}`;
  const operation = operationOf(method, path);
  if (method === "HEAD") return;
  if (body.success === false) {
    const code = body.code as Code;
    const allowed = operation ? operation.refusals : ["NOT_FOUND", "METHOD_NOT_ALLOWED", "INVALID_REQUEST"];
    expect(allowed, called).to.include(code);
    expect(status, called).to.equal(STATUS_OF[code]);
    expectOf(REFUSALS.get(code)!, body, called);
    return;
  }
  const told = operation?.answers[status];
  expect(told, called).not.to.equal(undefined);
  const schema = "data" in told! ? enveloped(told.data) : told!.content?.["application/json"];
  if (schema instanceof z.ZodType) expectOf(schema, body, called);
  else if (schema && "schema" in schema) expectOf(schema.schema as z.ZodType, body, called);
}

/** Reading drops the fields that a schema does not have: what is left must be all there was. */
function expectOf(schema: z.ZodType, body: unknown, called: string): void {
  const read = schema.safeParse(body);
  expect(read.error?.issues, called).to.equal(undefined);
  expect(read.data, called).to.deep.equal(body);
}
