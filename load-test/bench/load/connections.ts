import { connect, type Socket } from "node:net";
import { wholeAnswer } from "./whole-answer.js";

export interface ConnectionEvents {
  /** The answer to this request has come whole; its connection is idle again. */
  answered(request: number, answer: string): void;
  /** The connection ended before the answer had come. `why`: the fault's code, or that the server ended it. */
  lost(request: number, why: string): void;
}

export interface Connections {
  /** Opens so many, before they are needed. */
  open(count: number): Promise<void>;
  /** Waits until the server has answered on each of them. */
  greet(): Promise<void>;
  /** Sends on an idle connection, else on a new one. False where none is idle and no more may be opened. */
  send(request: number): boolean;
  readonly most: () => number;
  endAll(): void;
}

/** More at once than a server's backlog holds would be dropped, and come a second later. */
const OPENED_AT_ONCE = 100;
const NO_REQUEST = -1;
/**
 * To the kernel a connection stands before the server has taken it up, which costs the server more than an answer: thousands that it had
 * yet to take up kept the first requests waiting for up to two seconds, as if they had come too fast.
 */
const GREETING = "GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";

interface Connection {
  readonly socket: Socket;
  request: number;
  greeted: () => void;
}

/** Resolves when the server has answered. */
const greet = (connection: Connection): Promise<void> =>
  new Promise((resolve, reject) => {
    connection.greeted = resolve;
    connection.socket.once("close", () => {
      reject(new Error("the server ended a connection instead of answering on it"));
    });
    connection.socket.write(GREETING, "latin1");
  });

/** Keep-alive connections to one port, each with one request on its way at most. The one that was used last is used next. */
export const createConnections = (
  port: number,
  max: number,
  textOf: (request: number) => string,
  { answered, lost }: ConnectionEvents,
): Connections => {
  const all = new Set<Connection>();
  const idle: Connection[] = [];
  let most = 0;

  const openOne = (): Connection => {
    let received = "";
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    const connection: Connection = { socket, request: NO_REQUEST, greeted: () => undefined };
    all.add(connection);
    most = Math.max(most, all.size);
    socket.setEncoding("latin1");
    socket.on("data", (chunk: string) => {
      received += chunk;
      const end = wholeAnswer(received);
      if (end === 0) return;
      const answer = received.slice(0, end);
      received = received.slice(end);
      const { request } = connection;
      if (request === NO_REQUEST) {
        connection.greeted();
        return;
      }
      connection.request = NO_REQUEST;
      idle.push(connection);
      answered(request, answer);
    });
    let why = "ended by the server";
    // What ends it is told by "close".
    socket.on("error", (fault: NodeJS.ErrnoException) => (why = fault.code ?? fault.message));
    socket.on("close", () => {
      if (!all.delete(connection)) return;
      if (connection.request === NO_REQUEST) idle.splice(idle.indexOf(connection), 1);
      else lost(connection.request, why);
    });
    return connection;
  };

  const openIdle = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const connection = openOne();
      idle.push(connection);
      connection.socket.once("connect", resolve);
      connection.socket.once("error", reject);
    });

  return {
    async open(count) {
      for (let opened = 0; opened < count; opened += OPENED_AT_ONCE)
        await Promise.all(Array.from({ length: Math.min(OPENED_AT_ONCE, count - opened) }, openIdle));
    },
    async greet() {
      await Promise.all([...all].map(greet));
    },
    send(request) {
      const connection = idle.pop() ?? (all.size < max ? openOne() : undefined);
      if (!connection) return false;
      connection.request = request;
      connection.socket.write(textOf(request), "latin1");
      return true;
    },
    most: () => most,
    endAll() {
      const ended = [...all];
      all.clear();
      for (const { socket } of ended) socket.destroy();
    },
  };
};
