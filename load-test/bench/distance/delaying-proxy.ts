import { fileURLToPath } from "node:url";
import { freePort } from "../../servers/free-port.js";
import { startNode } from "../../servers/node-process.js";

export interface ProxyOrder {
  /** Where it tells on which ports the ways begin. */
  readonly port: number;
  readonly eachWayMs: number;
  readonly serverPorts: readonly number[];
}

export const decodeProxyOrder = (json: string): ProxyOrder => {
  const { port, eachWayMs, serverPorts } = JSON.parse(json) as Partial<ProxyOrder>;
  if (port === undefined || eachWayMs === undefined || serverPorts === undefined)
    throw new Error(`not an order for a proxy: ${json}`);
  return { port, eachWayMs, serverPorts };
};

export interface DelayingProxy extends AsyncDisposable {
  readonly pid: number;
  /** The same address, reached by the way that takes its time. */
  farUrl(url: string): string;
}

/** Puts servers of this machine further away. */
export const startDelayingProxy = async (eachWayMs: number, serverPorts: readonly number[]): Promise<DelayingProxy> => {
  const port = await freePort();
  const order: ProxyOrder = { port, eachWayMs, serverPorts };
  const url = `http://127.0.0.1:${String(port)}/`;
  const proxy = await startNode({
    script: fileURLToPath(new URL("./delaying-proxy-server.js", import.meta.url)),
    args: [JSON.stringify(order)],
    readyUrl: url,
  });
  const { ports } = (await (await fetch(url)).json()) as { ports?: unknown };
  if (!Array.isArray(ports) || ports.length !== serverPorts.length)
    throw new Error(`the proxy does not say where its ways begin: ${String(ports)}`);
  return {
    pid: proxy.pid,
    farUrl(near) {
      const far = new URL(near);
      const way = serverPorts.indexOf(Number(far.port));
      if (way === -1) throw new Error(`no way leads to ${near}`);
      far.port = String(ports[way]);
      return far.href;
    },
    [Symbol.asyncDispose]: () => proxy.kill(),
  };
};
