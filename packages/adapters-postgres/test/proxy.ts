import { connect, createServer, type AddressInfo, type Socket } from "node:net";

export interface Proxy {
  readonly url: string;
  /** From now on what the server answers is lost, and with it the connection. */
  loseAnswers(): void;
  heal(): void;
  close(): Promise<void>;
}

/** A network between client and server that can lose what the server has answered: the client cannot know what happened. */
export async function startProxy(target: string): Promise<Proxy> {
  const server = new URL(target);
  const sockets = new Set<Socket>();
  let losing = false;

  const listener = createServer((client) => {
    const upstream = connect(Number(server.port || 5432), server.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
    }
    client.pipe(upstream);
    client.on("close", () => upstream.destroy());
    upstream.on("close", () => client.destroy());
    upstream.on("data", (answer) => {
      if (losing) client.destroy();
      else client.write(answer);
    });
  });
  await new Promise<void>((listening) => listener.listen(0, "127.0.0.1", listening));

  const url = new URL(target);
  url.host = `127.0.0.1:${(listener.address() as AddressInfo).port}`;
  return {
    url: url.href,
    loseAnswers: () => (losing = true),
    heal: () => (losing = false),
    close: () =>
      new Promise((closed) => {
        listener.close(() => closed());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
