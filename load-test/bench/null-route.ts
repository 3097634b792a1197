import { fileURLToPath } from "node:url";
import { freePort } from "../servers/free-port.js";
import { startNode } from "../servers/node-process.js";
import type { Contestant } from "./contestant.js";
import { runLoad } from "./load.js";

export const startNullRoute = async (): Promise<Contestant> => {
  const port = await freePort();
  const server = await startNode({
    script: fileURLToPath(new URL("./null-route-server.js", import.meta.url)),
    env: { PORT: String(port), NODE_ENV: "production" },
    readyUrl: `http://127.0.0.1:${String(port)}/health`,
  });
  return {
    name: "null route",
    pid: server.pid,
    open: () => Promise.resolve("01990000-0000-7000-8000-000000000002"),
    sell: ({ atOnce, ...sale }) => runLoad({ ...sale, connections: atOnce, port }),
    countOrders: () => Promise.resolve(null),
    pause: () => {
      server.pause();
    },
    resume: () => {
      server.resume();
    },
    [Symbol.asyncDispose]: () => server.kill(),
  };
};
