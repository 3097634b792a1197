import { connectPostgres } from "@flash-sale/adapters-postgres";
import { fileURLToPath } from "node:url";
import { Agent, request } from "undici";
import { freePort } from "../../servers/free-port.js";
import { startNode } from "../../servers/node-process.js";
import { decodeReport } from "../load/load.js";
import type { Contestant } from "./contestant.js";
import type { EmbeddedCommand } from "./embedded-command.js";
import { quietOrders } from "./quiet-orders.js";

export const startEmbedded = (redisUrl: string, databaseUrl: string): Promise<Contestant> =>
  startInProcess("embedded", redisUrl, databaseUrl);

export const startBareLoop = (redisUrl: string, databaseUrl: string): Promise<Contestant> =>
  startInProcess("bare loop", redisUrl, databaseUrl);

/** A process that buys from itself when it is told to. */
const startInProcess = async (
  name: "embedded" | "bare loop",
  redisUrl: string,
  databaseUrl: string,
): Promise<Contestant> => {
  const port = await freePort();
  const url = `http://127.0.0.1:${String(port)}/`;
  const pool = connectPostgres({ url: databaseUrl, poolSize: 1 });
  const server = await startNode({
    script: fileURLToPath(new URL("./embedded-server.js", import.meta.url)),
    args: [name],
    env: { PORT: String(port), REDIS_URL: redisUrl, DATABASE_URL: databaseUrl, NODE_ENV: "production" },
    readyUrl: url,
  });
  // A round may take longer than the default patience for an answer.
  const dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  const tell = async (command: EmbeddedCommand): Promise<string> => {
    const { statusCode, body } = await request(url, { method: "POST", body: JSON.stringify(command), dispatcher });
    const answer = await body.text();
    if (statusCode !== 200) throw new Error(`the ${name} failed: ${answer}\n${server.output()}`);
    return answer;
  };
  return {
    name,
    pid: server.pid,
    answers: "201",
    async open(units) {
      const { id } = JSON.parse(await tell({ open: units })) as { id?: unknown };
      if (typeof id !== "string") throw new Error(`the ${name} opened no product`);
      return id;
    },
    drive: async (sale) => decodeReport(await tell(sale)),
    countOrders: (productId) => quietOrders(pool, productId, "confirmed"),
    pause: () => server.pause(),
    resume: () => server.resume(),
    async [Symbol.asyncDispose]() {
      await server.kill();
      await dispatcher.close();
      await pool.end();
    },
  };
};
