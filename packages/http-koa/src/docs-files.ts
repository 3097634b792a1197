import { readFile } from "node:fs/promises";

/**
 * What the docs page is made of: Swagger UI, whose files the build lays beside this one, and the few lines that start it. Nothing
 * comes from another host.
 */

export interface DocsFile {
  readonly type: string;
  readonly read: () => Promise<string | Buffer>;
}

export const DOCS_PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Flash sale API</title>
    <link rel="stylesheet" href="/api/docs/swagger-ui.css">
    <link rel="icon" type="image/png" href="/api/docs/favicon-32x32.png">
  </head>
  <body>
    <noscript>This page needs JavaScript; the document itself is <a href="/api/docs/openapi.json">openapi.json</a>.</noscript>
    <main id="docs"></main>
    <script src="/api/docs/swagger-ui-bundle.js"></script>
    <script src="/api/docs/start.js"></script>
  </body>
</html>
`;

/** A file of its own, so that the page needs no inline script. `validatorUrl` null: else the document would be sent to a stranger. */
const START = `SwaggerUIBundle({
  url: "/api/docs/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
});
`;

/** These and no others: no path leads anywhere else. */
export const DOCS_FILES: Readonly<Record<string, DocsFile>> = {
  "start.js": { type: "text/javascript; charset=utf-8", read: async () => START },
  "swagger-ui-bundle.js": { type: "text/javascript; charset=utf-8", read: once("swagger-ui-bundle.js") },
  "swagger-ui.css": { type: "text/css; charset=utf-8", read: once("swagger-ui.css") },
  "favicon-32x32.png": { type: "image/png", read: once("favicon-32x32.png") },
};

/** Read when it is first asked for, and kept: 2 MB for all of them, in a process that shows its docs. */
function once(name: string): () => Promise<Buffer> {
  let content: Buffer | null = null;
  return async () => (content ??= await readFile(new URL(`./swagger-ui/${name}`, import.meta.url)));
}
