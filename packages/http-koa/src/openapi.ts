import { OpenApiGeneratorV31, OpenAPIRegistry } from "@asteasolutions/zod-to-openapi";
import { adminOperations } from "./openapi/admin-operations.js";
import { docsOperations } from "./openapi/docs-operations.js";
import { routeOf, SECURITY_SCHEMES, type Operation } from "./openapi/operation.js";
import { pageOperations } from "./openapi/page-operations.js";
import { processOperations } from "./openapi/process-operations.js";
import { REFUSALS, tableOfCodes } from "./openapi/refusals.js";
import { saleOperations } from "./openapi/sale-operations.js";

/** Every route there is. */
export const operations: readonly Operation[] = [
  ...saleOperations,
  ...adminOperations,
  ...processOperations,
  ...pageOperations,
  ...docsOperations,
];

type OpenApiDocument = ReturnType<OpenApiGeneratorV31["generateDocument"]>;

const INTRODUCTION = `Sells limited products to many buyers at once: no unit twice, no order lost.

The base is \`/api/v1\`; \`/api/v1.0\` serves the same routes. Its answers are \`{"success": true, "data": …}\` or
\`{"success": false, "error": "<a sentence for people>", "code": "<MACHINE_CODE>", "details"?: …}\`. Bodies are JSON of at most 16 KiB (16384 bytes),
sent without a Content-Encoding. A JSON key or a query parameter that is given twice is refused; so is a field that is not known.
503 is the only 5xx there is, and never for a business refusal or for input of any kind.

${tableOfCodes()}`;

/** The API's document, OpenAPI 3.1, out of the schemas that validate what comes in. */
export function openApiDocument(): OpenApiDocument {
  const registry = new OpenAPIRegistry();
  for (const [name, scheme] of Object.entries(SECURITY_SCHEMES)) {
    registry.registerComponent("securitySchemes", name, scheme);
  }
  for (const operation of operations) registry.registerPath(routeOf(operation));
  const refusals = [...REFUSALS.values()].map((schema) => ({ type: "schema", schema }) as const);
  return new OpenApiGeneratorV31([...registry.definitions, ...refusals]).generateDocument({
    openapi: "3.1.0",
    info: {
      title: "Flash sale API",
      version: "1.0.0",
      description: INTRODUCTION,
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/", description: "The server that this document came from." }],
    tags: [
      { name: "sale", description: "What buyers, and everybody who looks on, can ask." },
      { name: "admin", description: "Products and orders, for admins." },
      { name: "process", description: "For whoever runs the processes: no base path." },
      { name: "pages", description: "Pages for people." },
      { name: "docs", description: "This document." },
    ],
  });
}
