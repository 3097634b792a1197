import { execFile, execFileSync } from "node:child_process";
import { chownSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { containerService } from "./container.js";
import { findServers } from "./find-servers.js";
import { onFreePort } from "./free-port.js";
import { temporaryFolder } from "./leftovers.js";
import { programService, untilReady, type Service } from "./service.js";

export interface PostgresOptions {
  port?: number;
  /** As in postgresql.conf, over the ones below. */
  settings?: Record<string, string>;
  /** Default true. Off it is no measurement, and no proof of anything about a machine that loses power. */
  fsync?: boolean;
}

/** Disposing of it (`await using`) stops it and removes its folder. */
export interface PostgresServer extends AsyncDisposable {
  readonly port: number;
  /** The database `flash_sale`. */
  readonly url: string;
  /** The database `postgres`, with a role that may create others. */
  readonly adminUrl: string;
  readonly pid: number;
  /** Ends it, cutting the clients' connections; its data stay for `restart`. */
  stop(): Promise<void>;
  /** kill -9 of the postmaster and its backends. */
  kill(): Promise<void>;
  /** Starts it on the same port and data, stopping it first where it runs. */
  restart(): Promise<void>;
  /** A new empty database; answers its url. */
  createDatabase(name: string): Promise<string>;
}

const run = promisify(execFile);

/** PostgreSQL refuses to run as root, so root starts it as the user its package made. */
const unprivilegedUser = (): { uid: number; gid: number } | undefined => {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
};

const serverArguments = ({ settings = {}, fsync = true }: PostgresOptions): string[] => {
  const all = { max_connections: "200", fsync: fsync ? "on" : "off", ...settings };
  return Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
};

const program = async (folder: string, home: string, port: number, options: PostgresOptions): Promise<Service> => {
  const user = unprivilegedUser();
  const data = join(home, "data");
  mkdirSync(data, { recursive: true, mode: 0o700 });
  if (user) for (const path of [home, data]) chownSync(path, user.uid, user.gid);
  const initdb = ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"];
  await run(join(folder, "initdb"), initdb, { cwd: home, ...user });
  // Sockets beside the data: /var/run/postgresql exists only where a package made it.
  const place = ["-D", data, "-p", String(port), "-h", "127.0.0.1", "-k", home];
  return programService({
    command: join(folder, "postgres"),
    args: [...place, ...serverArguments(options)],
    cwd: home,
    ...(user ? { user } : {}),
    // "Fast": ends the clients' transactions instead of waiting for them.
    stopSignal: "SIGINT",
  });
};

const service = async (home: string, port: number, options: PostgresOptions): Promise<Service> => {
  const { postgres } = await findServers();
  if (postgres.kind === "program") return program(postgres.folder, home, port, options);
  return containerService({
    image: postgres.image,
    port: { outside: port, inside: 5432 },
    env: { POSTGRES_HOST_AUTH_METHOD: "trust" },
    args: ["postgres", ...serverArguments(options)],
  });
};

const query = async (url: string, sql: string): Promise<pg.QueryResult> => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  // A server that ends while it is asked must not end us.
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await client.query(sql);
  } finally {
    await client.end();
  }
};

/** A real PostgreSQL on a loopback port, in a folder of its own, open to everybody on this machine. */
export const startPostgres = async (options: PostgresOptions = {}): Promise<PostgresServer> => {
  const { port, server, folder } = await onFreePort(options.port, async (port) => {
    const folder = await temporaryFolder("postgres");
    const server = await service(folder.path, port, options);
    await server.start();
    await untilReady("PostgreSQL", server, () => answers(urlOf(port, "postgres")));
    return { port, server, folder };
  });
  const adminUrl = urlOf(port, "postgres");
  const createDatabase = async (name: string): Promise<string> => {
    await query(adminUrl, `CREATE DATABASE ${pg.escapeIdentifier(name)}`);
    return urlOf(port, name);
  };
  const url = await createDatabase("flash_sale");

  return {
    port,
    url,
    adminUrl,
    createDatabase,
    get pid() {
      return server.pid;
    },
    stop: () => server.stop(),
    kill: () => server.kill(),
    async restart() {
      await server.stop();
      await server.start();
      await untilReady("PostgreSQL", server, () => answers(adminUrl));
    },
    async [Symbol.asyncDispose]() {
      await server.stop();
      folder.remove();
    },
  };
};

const urlOf = (port: number, database: string): string =>
  `postgres://postgres@127.0.0.1:${String(port)}/${encodeURIComponent(database)}`;

const answers = async (url: string): Promise<boolean> => (await query(url, "SELECT 1")).rowCount === 1;
