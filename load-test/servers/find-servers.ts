import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { dockerAnswers } from "./container.js";
import { canInstall, holds, install, onPath } from "./programs.js";

/** Where a server comes from: a program on this machine, or a container image. */
type Redis = { kind: "program"; server: string } | { kind: "container"; image: string };
type Postgres = { kind: "program"; folder: string } | { kind: "container"; image: string };
export interface Servers {
  redis: Redis;
  postgres: Postgres;
}

const OLDEST_POSTGRES = 15;
const findRedis = (): Redis | undefined => {
  const folder = [...onPath(), "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"].find((it) =>
    holds(it, "redis-server"),
  );
  return folder === undefined ? undefined : { kind: "program", server: join(folder, "redis-server") };
};

/** Debian keeps each version in a folder of its own, off the PATH; the newest is taken. */
const debianFolders = (): string[] => {
  try {
    const versions = readdirSync("/usr/lib/postgresql").map(Number).filter(Number.isFinite);
    return versions.sort((a, b) => b - a).map((version) => `/usr/lib/postgresql/${String(version)}/bin`);
  } catch {
    return [];
  }
};

const postgresVersion = (folder: string): number => {
  const { stdout } = spawnSync(join(folder, "postgres"), ["--version"], { encoding: "utf8" });
  return Number(/(\d+)/.exec(stdout)?.[1] ?? 0);
};

const findPostgres = (): Postgres | undefined => {
  const folders = [...onPath(), ...debianFolders()].filter((folder) => holds(folder, "postgres", "initdb"));
  const folder = folders.find((candidate) => postgresVersion(candidate) >= OLDEST_POSTGRES);
  return folder === undefined ? undefined : { kind: "program", folder };
};

const find = async (): Promise<Servers> => {
  let redis = findRedis();
  let postgres = findPostgres();
  if (!redis || !postgres) {
    if (canInstall()) await install([...(redis ? [] : ["redis-server"]), ...(postgres ? [] : ["postgresql"])]);
    else if (await dockerAnswers()) {
      redis ??= { kind: "container", image: "redis:7-alpine" };
      postgres ??= { kind: "container", image: "postgres:17-alpine" };
    }
    redis ??= findRedis();
    postgres ??= findPostgres();
  }
  if (redis && postgres) return { redis, postgres };
  const missing = [
    ...(redis ? [] : ["redis-server"]),
    ...(postgres ? [] : [`PostgreSQL ${String(OLDEST_POSTGRES)} or newer`]),
  ];
  throw new Error(
    `Missing on this machine: ${missing.join(" and ")}. Install it (Debian, Ubuntu: apt-get install redis-server postgresql; ` +
      "macOS: brew install redis postgresql@17), or start Docker, or run this as root on Debian, and it installs what it needs.",
  );
};

/** Another of PostgreSQL's programs: beside the server, or wherever there is one. */
export const postgresProgram = async (name: string): Promise<string> => {
  const { postgres } = await findServers();
  const beside = postgres.kind === "program" ? [postgres.folder] : [];
  const folder = [...beside, ...debianFolders(), ...onPath()].find((it) => holds(it, name));
  if (folder !== undefined) return join(folder, name);
  throw new Error(
    `Missing on this machine: ${name}. Install it (Debian, Ubuntu: apt-get install postgresql-client; macOS: brew install libpq).`,
  );
};

let found: Promise<Servers> | undefined;

/** Looks once a process; what is missing it installs where it may, or takes from Docker where an engine runs. */
export const findServers = (): Promise<Servers> => (found ??= find());
