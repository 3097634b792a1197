// Asks over HTTP in a closed loop: each of C connections sends its next request when the last one is answered.
// A process of its own, on bare sockets: on a small machine a client that costs as much as the server measures itself.
//   node load-generator.js '{"port":3000,"ask":"purchase","productId":"…","buyers":5000,"connections":64,"prefix":"r1"}'
import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import { decodeOrder, type LoadReport } from "./load.js";
import { purchaseText } from "./purchase-text.js";
import { statusOf, wholeAnswer } from "./whole-answer.js";

const { port, ask, productId, buyers, connections, prefix, randomIds } = decodeOrder(process.argv[2] ?? "");

const namesBegin = randomIds ? "" : `${prefix}-`;
const nameEnd = (number: number): string => (randomIds ? randomUUID() : String(number));
const [head, tail] =
  ask === "purchase"
    ? purchaseText(productId, namesBegin)
    : [`GET /api/v1/sale/status/${productId} HTTP/1.1\r\nHost: 127.0.0.1\r\nx-user-id: ${namesBegin}`, "\r\n\r\n"];

const statuses: Record<string, number> = {};
let sent = 0;

const buyOnOneConnection = (): Promise<void> =>
  new Promise((resolve, reject) => {
    let received = "";
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    const sendNext = (): void => {
      if (sent === buyers) {
        socket.end();
        resolve();
        return;
      }
      socket.write(`${head}${nameEnd(sent)}${tail}`, "latin1");
      sent += 1;
    };
    socket.setEncoding("latin1");
    socket.once("connect", sendNext);
    socket.once("error", reject);
    socket.once("close", () => {
      reject(new Error("the server closed a connection"));
    });
    socket.on("data", (chunk: string) => {
      received += chunk;
      const end = wholeAnswer(received);
      if (end === 0) return;
      const status = statusOf(received);
      statuses[status] = (statuses[status] ?? 0) + 1;
      received = received.slice(end);
      sendNext();
    });
  });

const cpuBefore = process.cpuUsage();
const startedMs = performance.now();
await Promise.all(Array.from({ length: connections }, buyOnOneConnection));
const seconds = (performance.now() - startedMs) / 1000;
const { user, system } = process.cpuUsage(cpuBefore);
const report: LoadReport = { statuses, seconds, cpuMicros: user + system };
process.stdout.write(`${JSON.stringify(report)}\n`);
