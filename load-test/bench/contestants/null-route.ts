import { fileURLToPath } from "node:url";
import { freePort } from "../../servers/free-port.js";
import { startNode } from "../../servers/node-process.js";
import type { HttpContestant } from "./contestant.js";
import { overHttp } from "./over-http.js";

/** No product stands behind an id that nobody looks up. */
export const ANY_PRODUCT = "01990000-0000-7000-8000-000000000002";

export const startNullRoute = async (): Promise<HttpContestant> => {
  const port = await freePort();
  const server = await startNode({
    script: fileURLToPath(new URL("./null-route-server.js", import.meta.url)),
    env: { PORT: String(port), NODE_ENV: "production" },
    readyUrl: `http://127.0.0.1:${String(port)}/health`,
  });
  return {
    ...overHttp(server, port, "purchase"),
    name: "null route",
    answers: "201",
    open: () => Promise.resolve(ANY_PRODUCT),
    countOrders: () => Promise.resolve(null),
    [Symbol.asyncDispose]: () => server.kill(),
  };
};
