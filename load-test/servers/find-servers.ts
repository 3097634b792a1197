import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { dockerAnswers } from "./container.js";

/** Where a server comes from: a program on this machine, or a container image. */
type Redis = { kind: "program"; server: string } | { kind: "container"; image: string };
type Postgres = { kind: "program"; folder: string } | { kind: "container"; image: string };
export interface Servers {
  redis: Redis;
  postgres: Postgres;
}

const OLDEST_POSTGRES = 15;
const onPath = (): string[] => (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");

const holds = (folder: string, ...programs: string[]): boolean => {
  try {
    for (const program of programs) accessSync(join(folder, program), constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

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

/**
 * Debian starts a service when it installs one, and would leave two servers running that nobody asked for. While
 * /usr/sbin/policy-rc.d answers 101 it does not. The shell takes the file away again even when it is interrupted.
 */
const INSTALL_WITHOUT_STARTING = `
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 130' INT TERM
  printf '#!/bin/sh\\nexit 101\\n' > "$policy"
  chmod 755 "$policy"
fi
apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"
`;

const canInstall = (): boolean => process.getuid?.() === 0 && onPath().some((folder) => holds(folder, "apt-get"));

const install = async (packages: string[]): Promise<void> => {
  process.stderr.write(`Installing ${packages.join(" and ")} with apt-get (once) ...\n`);
  const child = spawn("sh", ["-c", INSTALL_WITHOUT_STARTING, "install", ...packages], {
    stdio: ["ignore", 2, 2],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) throw new Error(`apt-get could not install ${packages.join(" and ")}; what it said is above.`);
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

let found: Promise<Servers> | undefined;

/** Looks once a process; what is missing it installs where it may, or takes from Docker where an engine runs. */
export const findServers = (): Promise<Servers> => (found ??= find());
