import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { asksForEncryption, messageReader, statementReader, uuidsIn, type PgMessage } from "./pg-messages.js";
import { startSocketPairs } from "./socket-pairs.js";

/** The one statement that commits each of these, or ("transaction") the COMMIT that ends an explicit transaction. */
export type Commit = "orders" | "voids" | "change" | "cancel" | "transaction";

/**
 * "before": nothing of it reached the server, so it had no effect. "after": the server has carried it out and said so,
 * and the client never hears of it. "amid": the server has it, and is still at it if something holds it up.
 */
export interface Cut {
  readonly commit: Commit;
  readonly where: "before" | "amid" | "after";
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
  /** Each message arrives this much later, either way; 0: at once. */
  delay(eachWayMs: number): void;
  readonly cuts: readonly MadeCut[];
}

interface ArmedCut extends Cut {
  made(cut: MadeCut): void;
}

const STATEMENTS: Readonly<Record<Commit, RegExp>> = {
  orders: /\bcommit_reservations\s*\(/i,
  voids: /\bvoid_reservations\s*\(/i,
  change: /\bchange_product\s*\(/i,
  cancel: /\bcancel_order\s*\(/i,
  transaction: /^\s*(?:commit|end)\b/i,
};
const COMMITS = Object.keys(STATEMENTS) as Commit[];
const commitOf = (sql: string): Commit | null => COMMITS.find((commit) => STATEMENTS[commit].test(sql)) ?? null;

/** Time for the server to take up what it was sent. */
const TAKEN_UP_MS = 25;

export const startCuttingProxy = async (serverPort: number): Promise<CuttingProxy> => {
  const armed: ArmedCut[] = [];
  const cuts: MadeCut[] = [];
  let delayMs = 0;

  const take = (commit: Commit, where: Cut["where"]): ArmedCut | undefined => {
    const index = armed.findIndex((cut) => cut.commit === commit && cut.where === where);
    return index === -1 ? undefined : armed.splice(index, 1)[0];
  };

  const pairs = await startSocketPairs(
    () => serverPort,
    ({ client, upstream, cut: close }) => {
      const late = { client: lateWriter(client, () => delayMs), upstream: lateWriter(upstream, () => delayMs) };
      session(
        { on: (data) => client.on("data", data), write: late.client },
        { on: (data) => upstream.on("data", data), write: late.upstream },
        take,
        (cut, ids) => {
          close();
          const made = { commit: cut.commit, where: cut.where, ids, atMs: Date.now() };
          cuts.push(made);
          cut.made(made);
        },
        (cut) => armed.unshift(cut),
      );
    },
  );

  return {
    ...pairs,
    cuts,
    cutNext: (cut) => new Promise((made) => armed.push({ ...cut, made })),
    disarm: () => {
      armed.length = 0;
    },
    delay(eachWayMs) {
      delayMs = eachWayMs;
    },
  };
};

/** Writes in the order in which it was asked to, each time as late as it is due. */
const lateWriter = (socket: Socket, delayMs: () => number): ((bytes: Buffer) => void) => {
  let last = Promise.resolve();
  let waiting = 0;
  return (bytes) => {
    const dueMs = Date.now() + delayMs();
    if (waiting === 0 && delayMs() === 0) {
      socket.write(bytes);
      return;
    }
    waiting += 1;
    last = last.then(async () => {
      const leftMs = dueMs - Date.now();
      if (leftMs > 0) await sleep(leftMs);
      waiting -= 1;
      if (!socket.destroyed) socket.write(bytes);
    });
  };
};

interface Side {
  on(data: (chunk: Buffer) => void): unknown;
  readonly write: (bytes: Buffer) => void;
}

/** One connection: forwards messages, and cuts where it is told to. */
const session = (
  client: Side,
  upstream: Side,
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
      const amid = after ? undefined : take(commit, "amid");
      if (amid) setTimeout(() => cutHere(amid, ids), TAKEN_UP_MS);
    }
    upstream.write(Buffer.concat(messages.map(({ bytes }) => bytes)));
  };

  client.on((chunk) => {
    for (const message of fromClient(chunk)) {
      if (asksForEncryption(message)) {
        client.write(Buffer.from("N"));
        continue;
      }
      unsent.push(message);
      if ("PBDEC".includes(message.type)) continue;
      const whole = unsent;
      unsent = [];
      send(whole);
    }
  });

  upstream.on((chunk) => {
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
