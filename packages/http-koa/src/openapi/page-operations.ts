import { z } from "zod";
import { etag } from "./headers.js";
import { notModified, type Operation } from "./operation.js";

const page = { headers: etag, content: { "text/html": { schema: z.string() } } };

/** The pages for people. */
export const pageOperations: readonly Operation[] = [
  {
    method: "get",
    path: "/",
    tag: "pages",
    name: "getStorefront",
    summary: "The storefront",
    description: "The live sale, and a button to buy. With `?productId=` that product's, else the newest.",
    who: "anyone",
    answers: { 200: { description: "The page.", ...page }, 304: notModified },
    refusals: ["INTERNAL"],
  },
  {
    method: "get",
    path: "/admin",
    tag: "pages",
    name: "getAdminConsole",
    summary: "The admin console",
    description:
      "The page itself holds nothing secret: what it shows it asks for with the credential that is typed into it.",
    who: "anyone",
    answers: { 200: { description: "The page.", ...page }, 304: notModified },
    refusals: ["INTERNAL"],
  },
  {
    method: "get",
    path: "/assets/{file}",
    tag: "pages",
    name: "getPageFile",
    summary: "A file of a page",
    description: "Its name changes with its content, so it may be kept for ever.",
    who: "anyone",
    params: z.object({ file: z.string().meta({ examples: ["storefront-2Xq0Zb71Lw.js"] }) }),
    answers: {
      200: { description: "The file.", headers: etag, content: { "*/*": { schema: z.string() } } },
      304: notModified,
    },
    refusals: ["NOT_FOUND", "INTERNAL"],
  },
];
