// A way to the stores on which every byte takes its time: as if they were further away. In a process of its own, so that what it costs is
// not taken for the product's.   node delaying-proxy-server.js '{"port":4000,"eachWayMs":0.25,"serverPorts":[6379,5432]}'
// Over plain HTTP it answers on which ports the ways begin.
import { createServer } from "node:http";
import type { Socket } from "node:net";
import { startSocketPairs } from "../../faults/socket-pairs.js";
import { AT_ONCE_MS, createPreciseLoop } from "../precise-loop.js";
import { decodeProxyOrder } from "./delaying-proxy.js";

const { port, eachWayMs, serverPorts } = decodeProxyOrder(process.argv[2] ?? "");

interface UnderWay {
  readonly to: Socket;
  readonly bytes: Buffer;
  readonly dueMs: number;
}

/** All ways take the same time, so what came first is due first. */
const underWay: UnderWay[] = [];

const loop = createPreciseLoop(() => {
  const nowMs = performance.now();
  let arrived = 0;
  for (const { to, bytes, dueMs } of underWay) {
    if (dueMs > nowMs + AT_ONCE_MS) break;
    if (!to.destroyed) to.write(bytes);
    arrived += 1;
  }
  underWay.splice(0, arrived);
  const [next] = underWay;
  return next === undefined ? null : next.dueMs - performance.now();
});

const lead = (from: Socket, to: Socket): void => {
  from.on("data", (bytes: Buffer) => {
    underWay.push({ to, bytes, dueMs: performance.now() + eachWayMs });
    loop.wake();
  });
};

const ways = await Promise.all(
  serverPorts.map((serverPort) =>
    startSocketPairs(
      () => serverPort,
      ({ client, upstream }) => {
        lead(client, upstream);
        lead(upstream, client);
      },
    ),
  ),
);
const answer = JSON.stringify({ ports: ways.map((way) => way.port) });
createServer((_, response) => response.end(answer)).listen(port, "127.0.0.1");
