// Opens so many event streams of a product, and counts what comes until SIGTERM.
//   node listening-generator.js '{"port":3000,"productId":"…","listeners":10000,"readsAtOnce":true,"longestSeconds":120}'
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { decodeListeningOrder, READY, type ListeningReport } from "./listening.js";

/** Opened at a time: fewer than a server's queue of newcomers holds. */
const OPENED_AT_ONCE = 200;
/** So long what is left is read. */
const LAST_READ_MS = 2_000;
const EVENT = Buffer.from("data: ");

const { port, productId, listeners, readsAtOnce, longestSeconds } = decodeListeningOrder(process.argv[2] ?? "");
const request = `GET /api/v1/sale/stream/${productId} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;

/** One for all: what comes is counted and forgotten. */
const buffer = Buffer.allocUnsafe(64 * 1024);
const heard = new Uint32Array(listeners);
const sockets: Socket[] = [];
let reads = true;
let isOver = false;

/** Events that begin in what came. */
const eventsIn = (bytes: number): number => {
  const came = buffer.subarray(0, bytes);
  let events = 0;
  for (let at = came.indexOf(EVENT); at >= 0; at = came.indexOf(EVENT, at + EVENT.length)) events += 1;
  return events;
};

/** Resolves when the head of the answer has come. */
const listen = (listener: number): Promise<void> =>
  new Promise((resolve, reject) => {
    let isOpen = false;
    const receive = (bytes: number): boolean => {
      if (!isOpen) {
        isOpen = true;
        const status = buffer.toString("latin1", 9, 12);
        if (status === "200") resolve();
        else reject(new Error(`a stream was answered with ${status}`));
      }
      heard[listener] = (heard[listener] ?? 0) + eventsIn(bytes);
      return reads;
    };
    const socket = connect({ port, host: "127.0.0.1", noDelay: true, onread: { buffer, callback: receive } });
    sockets.push(socket);
    socket.once("connect", () => socket.write(request, "latin1"));
    socket.once("error", reject);
    socket.once("close", () => {
      if (!isOver) throw new Error("the server ended a stream");
    });
  });

const openAll = async (): Promise<void> => {
  reads = readsAtOnce;
  let next = 0;
  const openSome = async (): Promise<void> => {
    while (next < listeners) {
      next += 1;
      await listen(next - 1);
    }
  };
  await Promise.all(Array.from({ length: OPENED_AT_ONCE }, openSome));
};

const report = (cpuMicros: number): ListeningReport => ({
  events: heard.reduce((sum, events) => sum + events, 0),
  fewest: Math.min(...heard),
  most: Math.max(...heard),
  cpuMicros,
});

const stopped = new Promise((resolve) => process.once("SIGTERM", resolve));
const forgotten = setTimeout(() => {
  throw new Error("nobody stopped the listeners");
}, longestSeconds * 1_000);
await openAll();
const cpuBefore = process.cpuUsage();
process.stdout.write(`${READY}\n`);
await stopped;
const { user, system } = process.cpuUsage(cpuBefore);
reads = true;
for (const socket of sockets) socket.resume();
await sleep(LAST_READ_MS);
isOver = true;
// No farewell: ten thousand connections that wait for their end would be in the next round's way.
for (const socket of sockets) socket.resetAndDestroy();
clearTimeout(forgotten);
process.stdout.write(`${JSON.stringify(report(user + system))}\n`);
