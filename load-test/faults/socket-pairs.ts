import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** A client's connection, and its own one to the server. */
export interface SocketPair {
  readonly client: Socket;
  readonly upstream: Socket;
  /** Ends both. */
  readonly cut: () => void;
}

export interface SocketPairs extends AsyncDisposable {
  readonly port: number;
  /** Ends all connections. */
  cutAll(): void;
}

/** Listens on a free port of loopback. What passes between the two ends of a pair is up to `join`; where one ends, so does the other. */
export const startSocketPairs = async (
  serverPort: () => number,
  join: (pair: SocketPair) => void,
): Promise<SocketPairs> => {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(serverPort(), "127.0.0.1");
    const cut = (): void => {
      for (const socket of [client, upstream]) {
        socket.destroy();
        sockets.delete(socket);
      }
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", cut).on("close", cut);
    }
    join({ client, upstream, cut });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cutAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cutAll,
    async [Symbol.asyncDispose]() {
      server.close();
      cutAll();
      await once(server, "close");
    },
  };
};
