import { fileURLToPath } from "node:url";
import { flashSale } from "../../api.js";
import { freePort } from "../../servers/free-port.js";
import { startNode } from "../../servers/node-process.js";
import type { Contestant } from "./contestant.js";
import { ANY_PRODUCT } from "./null-route.js";
import { overHttp } from "./over-http.js";

/** The product's own app over use cases that answer at once: what its middleware costs, and the most that it could reach. */
export interface OwnStack extends AsyncDisposable {
  /** Answers every purchase as the server was told to. */
  readonly purchase: Contestant;
  readonly status: Contestant;
}

export const startOwnStack = async (
  redisUrl: string,
  databaseUrl: string,
  answer: "purchased" | "sold-out",
): Promise<OwnStack> => {
  const port = await freePort();
  const env = { REDIS_URL: redisUrl, DATABASE_URL: databaseUrl };
  await flashSale(["migrate"], env);
  const server = await startNode({
    script: fileURLToPath(new URL("./own-stack-server.js", import.meta.url)),
    args: [answer],
    env: { ...env, HOST: "127.0.0.1", PORT: String(port), AUTH_MODE: "trusted-header", NODE_ENV: "production" },
    readyUrl: `http://127.0.0.1:${String(port)}/health`,
  });
  const common = {
    open: () => Promise.resolve(ANY_PRODUCT),
    countOrders: () => Promise.resolve(null),
    [Symbol.asyncDispose]: () => server.kill(),
  };
  return {
    purchase: {
      ...overHttp(server, port, "purchase"),
      ...common,
      name: `own stack, ${answer}`,
      answers: answer === "purchased" ? "201" : "400",
    },
    status: { ...overHttp(server, port, "status"), ...common, name: "own stack, status", answers: "200" },
    [Symbol.asyncDispose]: () => server.kill(),
  };
};
