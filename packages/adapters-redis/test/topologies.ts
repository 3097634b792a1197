import type { RedisAddress } from "#src/index.js";
import { PASSWORD, startServers, until, type Plan, type Servers } from "./servers.js";

/** Nothing is written to disk; each trusts whoever has the password. */
const MEMORY_ONLY = ['save ""', `masterauth "${PASSWORD}"`];

export interface Topology extends Servers {
  readonly address: RedisAddress;
}

/** Three masters that share the slots. */
export async function startCluster(): Promise<Topology> {
  const node: Plan = () => ({ lines: [...MEMORY_ONLY, "cluster-enabled yes", "cluster-require-full-coverage no"] });
  const servers = await startServers([node, node, node]);
  const { ports, ask } = servers;
  const ranges = [0, 5_461, 10_923, 16_384];
  try {
    for (const [index, port] of ports.entries()) {
      await ask(port, "CLUSTER", "ADDSLOTSRANGE", String(ranges[index]), String((ranges[index + 1] ?? 0) - 1));
      await ask(port, "CLUSTER", "SET-CONFIG-EPOCH", String(index + 1));
    }
    for (const port of ports.slice(1)) await ask(ports[0] ?? 0, "CLUSTER", "MEET", "127.0.0.1", String(port));
    for (const port of ports) {
      await until("every node knows all slots", async () => {
        const info = String(await ask(port, "CLUSTER", "INFO"));
        return info.includes("cluster_state:ok") && info.includes("cluster_slots_ok:16384");
      });
    }
  } catch (fault) {
    await servers[Symbol.asyncDispose]();
    throw fault;
  }
  // One of them leads to the others.
  const nodes = [{ host: "127.0.0.1", port: ports[1] ?? 0 }];
  return { ...servers, address: { kind: "cluster", nodes, password: PASSWORD } };
}

/** A master, its replica, and a Sentinel that watches over them, in this order. */
export async function startSentinel(): Promise<Topology> {
  const name = "the-sale";
  const master: Plan = () => ({ lines: [...MEMORY_ONLY, "repl-diskless-sync-delay 0"] });
  const replica: Plan = ([of]) => ({
    lines: [...MEMORY_ONLY, `replicaof 127.0.0.1 ${of}`],
    readyWhen: "master_link_status:up",
  });
  const sentinel: Plan = ([of]) => ({
    sentinel: true,
    lines: [`sentinel monitor ${name} 127.0.0.1 ${of} 1`, `sentinel auth-pass ${name} "${PASSWORD}"`],
    readyWhen: "slaves=1",
  });
  const servers = await startServers([master, replica, sentinel]);
  const sentinels = [{ host: "127.0.0.1", port: servers.ports[2] ?? 0 }];
  return { ...servers, address: { kind: "sentinel", sentinels, name, password: PASSWORD } };
}
