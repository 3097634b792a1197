import { z } from "zod";
import { DOCS_FILES } from "../docs-files.js";
import { etag } from "./headers.js";
import { notModified, type Operation } from "./operation.js";

const json = z.looseObject({ openapi: z.string(), info: z.looseObject({}), paths: z.looseObject({}) });

/** This document, and the page that shows it. */
export const docsOperations: readonly Operation[] = [
  {
    method: "get",
    path: "/api/docs",
    tag: "docs",
    name: "getDocs",
    summary: "Interactive API docs",
    who: "anyone",
    answers: {
      200: { description: "The page.", headers: etag, content: { "text/html": { schema: z.string() } } },
      304: notModified,
    },
    refusals: [],
  },
  {
    method: "get",
    path: "/api/docs/openapi.json",
    tag: "docs",
    name: "getOpenApi",
    summary: "This document",
    who: "anyone",
    answers: {
      200: { description: "OpenAPI 3.1.", headers: etag, content: { "application/json": { schema: json } } },
      304: notModified,
    },
    refusals: ["INTERNAL"],
  },
  {
    method: "get",
    path: "/api/docs/{file}",
    tag: "docs",
    name: "getDocsFile",
    summary: "A file of the docs page",
    who: "anyone",
    params: z.object({ file: z.enum(Object.keys(DOCS_FILES)) }),
    answers: {
      200: { description: "The file.", headers: etag, content: { "*/*": { schema: z.string() } } },
      304: notModified,
    },
    refusals: ["NOT_FOUND", "INTERNAL"],
  },
];
