import { connect } from "node:net";
import { containerService } from "./container.js";
import { findServers } from "./find-servers.js";
import { onFreePort } from "./free-port.js";
import { temporaryFolder } from "./leftovers.js";
import { programService, untilReady, type Service } from "./service.js";

export interface RedisOptions {
  /** Default "no": what was in memory is gone after a kill or a restart. */
  appendonly?: "no" | "everysec" | "always";
  port?: number;
  /** A folder of yours, which stays; without it one that goes with the server. */
  dir?: string;
  args?: readonly string[];
}

/** Disposing of it (`await using`) stops it and removes its folder. */
export interface RedisServer extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly dir: string;
  readonly pid: number;
  /** Ends it; its folder stays for `restart`. */
  stop(): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
  /** Starts it on the same port and folder, stopping it first where it runs. */
  restart(): Promise<void>;
}

const settings = ({ appendonly = "no", args = [] }: RedisOptions): string[] => [
  ...["--save", "", "--maxmemory-policy", "noeviction"],
  ...["--appendonly", appendonly === "no" ? "no" : "yes"],
  ...["--appendfsync", appendonly === "no" ? "everysec" : appendonly],
  ...args,
];

/** PONG only: while it loads its file it answers -LOADING. */
const answersPing = (port: number): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write("PING\r\n"));
    socket.setTimeout(1_000, () => socket.destroy(new Error("no answer")));
    socket.once("error", reject);
    socket.once("data", (answer) => {
      socket.destroy();
      resolve(answer.toString().startsWith("+PONG"));
    });
  });

const service = async (port: number, dir: string, options: RedisOptions): Promise<Service> => {
  const { redis } = await findServers();
  if (redis.kind === "container") {
    const args = ["redis-server", ...settings(options)];
    return containerService({ image: redis.image, port: { outside: port, inside: 6379 }, args });
  }
  const place = ["--port", String(port), "--bind", "127.0.0.1", "--dir", dir];
  return programService({ command: redis.server, args: [...place, ...settings(options)], cwd: dir });
};

/** A real Redis on a loopback port, in a folder of its own. */
export const startRedis = async (options: RedisOptions = {}): Promise<RedisServer> => {
  const folder = options.dir === undefined ? await temporaryFolder("redis") : undefined;
  const dir = options.dir ?? folder?.path ?? "";
  const { port, server } = await onFreePort(options.port, async (port) => {
    const server = await service(port, dir, options);
    await server.start();
    await untilReady("redis-server", server, () => answersPing(port));
    return { port, server };
  });
  return {
    port,
    url: `redis://127.0.0.1:${String(port)}`,
    dir,
    get pid() {
      return server.pid;
    },
    stop: () => server.stop(),
    kill: () => server.kill(),
    async restart() {
      await server.stop();
      await server.start();
      await untilReady("redis-server", server, () => answersPing(port));
    },
    async [Symbol.asyncDispose]() {
      await server.stop();
      folder?.remove();
    },
  };
};
