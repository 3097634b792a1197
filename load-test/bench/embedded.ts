import { fileURLToPath } from "node:url";
import { connectPostgres } from "@flash-sale/adapters-postgres";
import { Agent, request } from "undici";
import { freePort } from "../servers/free-port.js";
import { startNode } from "../servers/node-process.js";
import type { Contestant } from "./contestant.js";
import type { EmbeddedCommand } from "./embedded-command.js";
import { decodeReport } from "./load.js";
import { quietOrders } from "./quiet-orders.js";

export const startEmbedded = async (redisUrl: string, databaseUrl: string): Promise<Contestant> => {
  const port = await freePort();
  const url = `http://127.0.0.1:${String(port)}/`;
  const pool = connectPostgres({ url: databaseUrl, poolSize: 1 });
  const server = await startNode({
    script: fileURLToPath(new URL("./embedded-server.js", import.meta.url)),
    env: { PORT: String(port), REDIS_URL: redisUrl, DATABASE_URL: databaseUrl, NODE_ENV: "production" },
    readyUrl: url,
  });
  // A round may take longer than the default patience for an answer.
  const dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  const tell = async (command: EmbeddedCommand): Promise<string> => {
    const { statusCode, body } = await request(url, { method: "POST", body: JSON.stringify(command), dispatcher });
    const answer = await body.text();
    if (statusCode !== 200) throw new Error(`the embedded sale failed: ${answer}\n${server.output()}`);
    return answer;
  };
  return {
    name: "embedded",
    pid: server.pid,
    async open(units) {
      const { id } = JSON.parse(await tell({ open: units })) as { id?: unknown };
      if (typeof id !== "string") throw new Error("the embedded sale opened no product");
      return id;
    },
    sell: async (sale) => decodeReport(await tell(sale)),
    countOrders: (productId) => quietOrders(pool, productId, "confirmed"),
    pause: () => {
      server.pause();
    },
    resume: () => {
      server.resume();
    },
    async [Symbol.asyncDispose]() {
      await server.kill();
      await dispatcher.close();
      await pool.end();
    },
  };
};
