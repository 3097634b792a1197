import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { asksForEncryption, messageReader, statementReader, uuidsIn, type PgMessage } from "./pg-messages.js";

/** "orders": the one statement that commits reservations. "transaction": the COMMIT that ends an explicit transaction. */
export type Commit = "orders" | "transaction";

/**
 * "before": nothing of it reached the server, so it had no effect. "after": the server has carried it out and said so,
 * and the client never hears of it.
 */
export interface Cut {
  readonly commit: Commit;
  readonly where: "before" | "after";
}

export interface MadeCut extends Cut {
  readonly atMs: number;
  /** The UUIDs among the statement's parameters, the product's own among them. */
  readonly ids: readonly string[];
}

/** A way to a PostgreSQL server on which connections can be cut at a chosen statement. */
export interface CuttingProxy extends AsyncDisposable {
  readonly port: number;
  /** Cuts the next connection that comes to this commit, once. Settles when it has. */
  cutNext(cut: Cut): Promise<MadeCut>;
  /** Takes back what was to be cut and has not been. */
  disarm(): void;
  readonly cuts: readonly MadeCut[];
}

interface ArmedCut extends Cut {
  made(cut: MadeCut): void;
}

const commitOf = (sql: string): Commit | null => {
  if (/\bcommit_reservations\s*\(/i.test(sql)) return "orders";
  return /^\s*(?:commit|end)\b/i.test(sql) ? "transaction" : null;
};

export const startCuttingProxy = async (serverPort: number): Promise<CuttingProxy> => {
  const armed: ArmedCut[] = [];
  const cuts: MadeCut[] = [];
  const sockets = new Set<Socket>();

  const take = (commit: Commit, where: Cut["where"]): ArmedCut | undefined => {
    const index = armed.findIndex((cut) => cut.commit === commit && cut.where === where);
    return index === -1 ? undefined : armed.splice(index, 1)[0];
  };

  const server = createServer((client) => {
    const upstream = connect(serverPort, "127.0.0.1");
    const close = (): void => {
      for (const socket of [client, upstream]) {
        socket.destroy();
        sockets.delete(socket);
      }
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", close).on("close", close);
    }
    session(
      client,
      upstream,
      take,
      (cut, ids) => {
        close();
        const made = { commit: cut.commit, where: cut.where, ids, atMs: Date.now() };
        cuts.push(made);
        cut.made(made);
      },
      (cut) => armed.unshift(cut),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  return {
    port: (server.address() as AddressInfo).port,
    cuts,
    cutNext: (cut) => new Promise((made) => armed.push({ ...cut, made })),
    disarm: () => {
      armed.length = 0;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
};

/** One connection: forwards messages, and cuts where it is told to. */
const session = (
  client: Socket,
  upstream: Socket,
  take: (commit: Commit, where: Cut["where"]) => ArmedCut | undefined,
  cutHere: (cut: ArmedCut, ids: readonly string[]) => void,
  armAgain: (cut: ArmedCut) => void,
): void => {
  const fromClient = messageReader("client");
  const fromServer = messageReader("server");
  const sqlOf = statementReader();
  /** Parse, Bind, Execute: kept back until the Sync that makes them one message. */
  let unsent: PgMessage[] = [];
  let withheld: { readonly cut: ArmedCut; readonly ids: readonly string[]; readonly answer: PgMessage[] } | undefined;

  const send = (messages: readonly PgMessage[]): void => {
    let commit: Commit | null = null;
    for (const message of messages) {
      const sql = sqlOf(message);
      if (sql !== null) commit ??= commitOf(sql);
    }
    if (commit !== null) {
      const ids = messages.filter(({ type }) => type === "B").flatMap(uuidsIn);
      const before = take(commit, "before");
      if (before) {
        cutHere(before, ids);
        return;
      }
      const after = take(commit, "after");
      if (after) withheld = { cut: after, ids, answer: [] };
    }
    upstream.write(Buffer.concat(messages.map(({ bytes }) => bytes)));
  };

  client.on("data", (chunk: Buffer) => {
    for (const message of fromClient(chunk)) {
      if (asksForEncryption(message)) {
        client.write("N");
        continue;
      }
      unsent.push(message);
      if ("PBDEC".includes(message.type)) continue;
      const whole = unsent;
      unsent = [];
      send(whole);
    }
  });

  upstream.on("data", (chunk: Buffer) => {
    for (const message of fromServer(chunk)) {
      if (!withheld) {
        client.write(message.bytes);
        continue;
      }
      withheld.answer.push(message);
      if (message.type !== "Z") continue;
      const { cut, ids, answer } = withheld;
      withheld = undefined;
      if (isCommitted(answer)) {
        cutHere(cut, ids);
        return;
      }
      // It failed at the server: no commit to be unsure of.
      armAgain(cut);
      client.write(Buffer.concat(answer.map(({ bytes }) => bytes)));
    }
  });
};

/** CommandComplete (not of a COMMIT that turned out a rollback), then ReadyForQuery outside of any transaction. */
const isCommitted = (answer: readonly PgMessage[]): boolean =>
  answer.some(({ type, bytes }) => type === "C" && !bytes.toString("latin1", 5).startsWith("ROLLBACK")) &&
  !answer.some(({ type }) => type === "E") &&
  answer.at(-1)?.bytes[5] === "I".charCodeAt(0);
