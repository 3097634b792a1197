import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";

/** Of the servers and of the Sentinel of one test. */
export const PASSWORD = "a password";

/** Servers of one test, which go when it is over, and with this process. */
export interface Servers extends AsyncDisposable {
  readonly ports: readonly number[];
  ask(port: number, command: string, ...args: string[]): Promise<unknown>;
}

/** One server, told the ports of all. */
export type Plan = (ports: readonly number[]) => {
  /** Of its configuration file, without its port. */
  readonly lines: readonly string[];
  readonly sentinel?: boolean;
  /** What it says with INFO once the next may start. */
  readonly readyWhen?: string;
};

interface Conf {
  readonly name: string;
  readonly text: string;
  readonly args: readonly string[];
  readonly readyWhen: string;
}

const READY_TIMEOUT_MS = 10_000;
/** A cluster's nodes talk to each other 10,000 ports higher. */
const HIGHEST_PORT = 55_000;

/** Starts them in their order, each when the one before it answers. */
export async function startServers(plans: readonly Plan[]): Promise<Servers> {
  const ports = await freePorts(plans.length);
  const folder = mkdtempSync(join(tmpdir(), "flash-sale-redis-"));
  const confs = plans.map((plan, index): Conf => {
    const { lines, sentinel = false, readyWhen = "" } = plan(ports);
    const own = [`port ${ports[index]}`, "protected-mode no", `requirepass "${PASSWORD}"`, ...lines];
    return { name: `${index}.conf`, text: `${own.join("\n")}\n`, args: sentinel ? ["--sentinel"] : [], readyWhen };
  });
  const running = run(folder, ports, confs);
  const clients = new Map<number, Redis>();

  function stop(): void {
    process.off("exit", stop);
    for (const client of clients.values()) client.disconnect();
    running.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
  process.once("exit", stop);

  function ask(port: number, command: string, ...args: string[]): Promise<unknown> {
    let client = clients.get(port);
    if (!client) {
      client = new Redis({
        port,
        host: "127.0.0.1",
        password: PASSWORD,
        enableReadyCheck: false,
        retryStrategy: () => 20,
      });
      client.on("error", () => undefined);
      clients.set(port, client);
    }
    return client.call(command, ...args);
  }

  const servers: Servers = { ports, ask, [Symbol.asyncDispose]: async () => stop() };
  try {
    for (const [index, port] of ports.entries()) {
      running.start(index);
      const { readyWhen = "" } = confs[index] ?? {};
      await until(`the server at ${port} says ${readyWhen}`, async () =>
        String(await ask(port, "INFO")).includes(readyWhen),
      );
    }
    return servers;
  } catch (fault) {
    stop();
    throw fault;
  }
}

/** Waits until something is so. */
export async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadlineMs = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    const left = deadlineMs - Date.now();
    if (left <= 0) throw new Error(`waited in vain until ${what}`);
    const late = sleep(left, false, { ref: false });
    if (await Promise.race([isSo().catch(() => false), late])) return;
    await sleep(20);
  }
}

/** Programs of this machine, else one container for all: they know each other by 127.0.0.1, and so do we. */
function run(folder: string, ports: readonly number[], confs: readonly Conf[]) {
  for (const { name, text } of confs) writeFileSync(join(folder, name), text);
  const program = redisServer();
  const children: ChildProcess[] = [];
  if (program !== null) {
    return {
      start(index: number) {
        const { name = "", args = [] } = confs[index] ?? {};
        const own = mkdtempSync(join(folder, "data-"));
        children.push(spawn(program, [join(folder, name), "--dir", own, ...args], { stdio: "ignore" }));
      },
      stop() {
        for (const child of children) child.kill("SIGKILL");
      },
    };
  }

  const container = `flash-sale-${randomUUID()}`;
  const published = ports.flatMap((port) => ["--publish", `127.0.0.1:${port}:${port}`]);
  const docker = (...args: string[]) => {
    const { status, stderr } = spawnSync("docker", args, { encoding: "utf8" });
    if (status !== 0) throw new Error(`These tests start servers of their own: install redis-server.\n${stderr}`);
  };
  docker("run", "--detach", "--rm", "--name", container, ...published, "redis:7-alpine", "sleep", "600");
  return {
    start(index: number) {
      const { name = "", args = [] } = confs[index] ?? {};
      docker("cp", join(folder, name), `${container}:/tmp/${name}`);
      const command = `mkdir /tmp/${index} && exec redis-server /tmp/${name} --dir /tmp/${index} ${args.join(" ")}`;
      docker("exec", "--detach", container, "sh", "-c", command);
    },
    stop() {
      spawnSync("docker", ["rm", "--force", container]);
    },
  };
}

function redisServer(): string | null {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"];
  const programs = folders.filter((folder) => folder !== "").map((folder) => join(folder, "redis-server"));
  return programs.find(isExecutable) ?? null;
}

function isExecutable(program: string): boolean {
  try {
    accessSync(program, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const probe = createServer();
    await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
    const { port } = probe.address() as AddressInfo;
    await new Promise((resolve) => probe.close(resolve));
    if (port <= HIGHEST_PORT) ports.add(port);
  }
  return [...ports];
}
