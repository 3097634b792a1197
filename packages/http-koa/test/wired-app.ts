import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createLog, readConfig, tokens, wire } from "@flash-sale/http-koa";

export interface WiredApp {
  readonly url: string;
  close(): Promise<void>;
}

/** The app as the container wires it for an environment, on a port of its own. */
export async function startWiredApp(env: Readonly<Record<string, string>>): Promise<WiredApp> {
  const wired = wire(readConfig(env), createLog("silent"), { keepsHouse: false });
  await (await wired.get(tokens.schema)).migrate();
  const handle = (await wired.get(tokens.app)).callback();
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await wired.close();
    },
  };
}
