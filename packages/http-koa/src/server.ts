import { createServer, ServerResponse, type IncomingMessage, type Server } from "node:http";
import { Server as NetServer, type AddressInfo, type Socket } from "node:net";
import type { App } from "./app.js";
import { BadConfig } from "./config.js";

export interface RunningServer {
  readonly port: number;
  /** Takes no new connection, answers every request that came, then closes. */
  stop(): Promise<void>;
}

const TIMEOUTS = {
  headersTimeout: 10_000,
  /** A request must have come whole by then. */
  requestTimeout: 15_000,
  connectionsCheckingInterval: 5_000,
  /** Longer than the usual balancers': where the server ended an idle connection first, a request on its way would be lost. */
  keepAliveTimeout: 65_000,
};
/** So long a connection without a request is kept open in a shutdown: one may be on its way. */
const IDLE_GRACE_MS = 500;
/** No purchase takes longer: the queue gives up after 4 s. Containers are killed after 10 s, and the stores are to be closed before. */
const STOP_LIMIT_MS = 7_000;
const LOOK_AGAIN_MS = 20;

export async function startServer(
  app: App,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<RunningServer> {
  const handle = app.callback();
  let stopping = false;
  /** Says in its head, and not before, whether the connection goes on: also for a request that began before the stop. */
  class Response<Request extends IncomingMessage> extends ServerResponse<Request> {
    override writeHead(status: number, ...rest: never[]): this {
      if (stopping) this.setHeader("Connection", "close");
      return super.writeHead(status, ...rest);
    }
  }
  const server = createServer(
    { ...TIMEOUTS, ServerResponse: Response },
    (request, response) => void handle(request, response),
  );
  const connections = new Set<Socket>();
  server.on("connection", (socket) => {
    connections.add(socket);
    socket.once("close", () => connections.delete(socket));
  });
  return {
    port: await listen(server, { host, port }),
    stop() {
      stopping = true;
      return drain(server, connections);
    },
  };
}

/**
 * `Server.close` ends idle connections at once, and a request that is on its way on one of them is lost to its sender, who cannot know
 * whether it was carried out. So every answer from now on ends its connection, and idle ones are given a moment.
 */
async function drain(server: Server, connections: ReadonlySet<Socket>): Promise<void> {
  // Only the listening ends here; http.Server's own close would also end the idle connections.
  NetServer.prototype.close.call(server);
  const startedMs = performance.now();
  while (connections.size > 0 && performance.now() - startedMs < STOP_LIMIT_MS) {
    if (performance.now() - startedMs > IDLE_GRACE_MS) endIdle(server, connections);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
  server.closeAllConnections();
}

function endIdle(server: Server, connections: ReadonlySet<Socket>): void {
  server.closeIdleConnections();
  // To Node, a connection on which nothing ever came is waiting for its first request.
  for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
}

/** Answers the port, for 0 the one that was free. @throws BadConfig where nobody can listen there */
export async function listen(server: NetServer, { host, port }: { readonly host: string; readonly port: number }) {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (fault) => {
      reject(new BadConfig([`HOST ${host} and PORT ${port} cannot be listened on: ${fault.message}.`]));
    });
    server.listen(port, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}
