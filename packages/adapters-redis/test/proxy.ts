import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { redisUrl } from "./redis.js";

export interface Proxy {
  readonly url: string;
  /** What happens to replies from now on: passed on, swallowed, or the connection is cut in their place. */
  replies: "pass" | "swallow" | "cut";
  /** Connections are cut where a client says this, and nobody hears of it; null: nowhere. */
  cutsAt: string | null;
  readonly cuts: number;
  /** Cuts all connections. */
  cut(): void;
  close(): Promise<void>;
}

/** A way to Redis on which a command can arrive and its reply be lost. */
export async function openProxy(): Promise<Proxy> {
  const { hostname, port, username, password } = new URL(redisUrl());
  const sockets = new Set<Socket>();
  let cuts = 0;
  const server = createServer((near) => {
    const far = connect(Number(port || "6379"), hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.on("data", (chunk: Buffer) => {
      if (proxy.cutsAt === null || !chunk.includes(proxy.cutsAt)) {
        far.write(chunk);
        return;
      }
      cuts += 1;
      near.destroy();
    });
    far.on("data", (chunk: Buffer) => {
      if (proxy.replies === "pass") near.write(chunk);
      else if (proxy.replies === "cut") near.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address() as AddressInfo;
  const login = password === "" ? "" : `${username}:${password}@`;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const proxy: Proxy = {
    url: `redis://${login}127.0.0.1:${address.port}`,
    replies: "pass",
    cutsAt: null,
    get cuts() {
      return cuts;
    },
    cut,
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}
