import { fileURLToPath } from "node:url";
import { freePort } from "../servers/free-port.js";
import { startNode, type NodeProcess } from "../servers/node-process.js";
import type { FaultPlan } from "./faulty-ports.js";
import type { Edit } from "./sabotage.js";

export type NodePlan = Omit<FaultPlan, "node" | "events">;

export interface FleetOptions {
  /** One an API process, so that each may have a way of its own to the server. */
  readonly redisUrls: readonly string[];
  /** Likewise. */
  readonly databaseUrls: readonly string[];
  readonly events: string;
  readonly lockTtlMs: number;
  /** Negative controls: lines of the product that its processes load changed. */
  readonly edits?: readonly Edit[];
  /** What is to happen to a process in its n-th life, from 0. */
  readonly plan?: (node: number, life: number) => NodePlan;
  /** One that does not come up, since a store is away, is started again until it does. */
  readonly keepsStarting?: boolean;
}

export interface Restart {
  readonly node: number;
  readonly diedAtMs: number;
  readonly readyAtMs: number;
}

/** API processes that share one sale. One that dies is started again, on the port it had. */
export interface Fleet extends AsyncDisposable {
  readonly urls: readonly string[];
  readonly restarts: readonly Restart[];
  /** In its present life. */
  process(node: number): NodeProcess;
  /** Faults that were no part of the plan: a process that could not be started again. */
  readonly failures: readonly string[];
}

export const ADMIN_KEY = "an-admin-key-for-fault-runs";
const SCRIPT = fileURLToPath(new URL("./api-process.js", import.meta.url));
const PRELOAD = new URL("./sabotage-preload.js", import.meta.url).href;

export const startFleet = async (options: FleetOptions): Promise<Fleet> => {
  const { redisUrls, databaseUrls, events, lockTtlMs, edits = [], plan = () => ({}) } = options;
  const restarts: Restart[] = [];
  const failures: string[] = [];
  const running = new Map<number, NodeProcess>();
  const watches: Promise<void>[] = [];
  let disposed = false;

  const start = async (node: number, life: number, port: number): Promise<void> => {
    const faults: FaultPlan = { ...plan(node, life), node, events };
    const process = await startNode({
      script: SCRIPT,
      nodeArgs: edits.length > 0 ? ["--import", PRELOAD] : [],
      env: {
        PORT: String(port),
        REDIS_URL: redisUrls[node] ?? "",
        DATABASE_URL: databaseUrls[node] ?? "",
        HOST: "127.0.0.1",
        SALE_LOCK_TTL_MS: String(lockTtlMs),
        ADMIN_API_KEY: ADMIN_KEY,
        LOG_LEVEL: "error",
        FAULTS: JSON.stringify(faults),
        SABOTAGE: JSON.stringify(edits),
      },
      readyUrl: `http://127.0.0.1:${String(port)}/ready`,
    });
    running.set(node, process);
    watches.push(watch(process, node, life, port));
    // Disposed of while it started.
    if (disposed) await process.kill();
  };

  const watch = async (process: NodeProcess, node: number, life: number, port: number): Promise<void> => {
    const { code, signal } = await process.ended();
    if (disposed) return;
    const diedAtMs = Date.now();
    if (signal !== "SIGKILL") {
      failures.push(
        `API process ${String(node)} ended with ${String(code ?? signal)}: ${process.output().slice(-2_000)}`,
      );
    }
    for (let up = false; !up && !disposed;) {
      try {
        await start(node, life + 1, port);
        up = true;
        restarts.push({ node, diedAtMs, readyAtMs: Date.now() });
      } catch (fault) {
        if (options.keepsStarting === true) continue;
        if (!disposed) failures.push(String(fault));
        return;
      }
    }
  };

  const ports = await Promise.all(databaseUrls.map(() => freePort()));
  await Promise.all(ports.map((port, node) => start(node, 0, port)));

  return {
    urls: ports.map((port) => `http://127.0.0.1:${String(port)}`),
    restarts,
    failures,
    process(node) {
      const process = running.get(node);
      if (!process) throw new Error(`there is no API process ${String(node)}`);
      return process;
    },
    async [Symbol.asyncDispose]() {
      disposed = true;
      await Promise.all([...running.values()].map((process) => process.kill()));
      await Promise.all(watches);
    },
  };
};
