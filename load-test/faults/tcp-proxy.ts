import type { Socket } from "node:net";
import { isPush, respReader, wordsOf } from "./resp.js";
import { startSocketPairs } from "./socket-pairs.js";

/** Which way bytes go. */
export type Direction = "to-server" | "to-client";

/** A command that a client sent to Redis. */
export type Command = readonly string[];

/** A way to a server on loopback: it can lead elsewhere, hold bytes back, be slow, and break. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** From now on to the server on this port. Connections to the former one are cut. */
  leadTo(serverPort: number): void;
  /** Holds back what goes this way, until `thaw`. Bytes of a connection that ends meanwhile are lost. */
  freeze(direction: Direction): void;
  thaw(direction: Direction): void;
  /** Each byte arrives this much later; 0 and 0: at once. */
  delay(delayMs: Readonly<Record<Direction, number>>): void;
  /** Ends all connections. */
  cut(): void;
}

/** The same to a Redis: it knows one command from the next. */
export interface RedisProxy extends TcpProxy {
  /** The next such command is carried out; its answer is lost, and the connection with it. Settles when that is done. */
  loseAnswer(isMeant: (command: Command) => boolean): Promise<Lost>;
  /** The next such command waits on its way, and what its connection sends after it. Settles when it has come. */
  park(isMeant: (command: Command) => boolean): Promise<Parked>;
  /** Takes back what was to be lost or parked and has not been. */
  disarm(): void;
}

export interface Lost {
  readonly command: Command;
  readonly atMs: number;
}

export interface Parked {
  readonly command: Command;
  goOn(): void;
}

/** What one connection does to the bytes that pass, in either direction. Answers what is to be sent on, and when. */
interface Session {
  toServer(chunk: Buffer): readonly Portion[];
  toClient(chunk: Buffer): readonly Portion[];
}

interface Portion {
  readonly bytes: Buffer;
  /** Waited for before these bytes go on. */
  readonly after?: Promise<void>;
  /** Done in their place, when all before them have gone on. */
  readonly instead?: () => void;
}

const PLAIN: Session = { toServer: (bytes) => [{ bytes }], toClient: (bytes) => [{ bytes }] };

export const startTcpProxy = (serverPort: number): Promise<TcpProxy> => start(serverPort, () => PLAIN);

const start = async (serverPort: number, sessionOf: (cut: () => void) => Session): Promise<TcpProxy> => {
  const gates = { "to-server": createGate(), "to-client": createGate() };
  let upstreamPort = serverPort;
  let delayMs: Readonly<Record<Direction, number>> = { "to-server": 0, "to-client": 0 };

  const pipe = (direction: Direction, from: Socket, to: Socket, through: (chunk: Buffer) => readonly Portion[]) => {
    let last = Promise.resolve();
    const send = async ({ bytes, after, instead }: Portion, dueMs: number): Promise<void> => {
      const waitMs = dueMs - Date.now();
      if (waitMs > 0) await new Promise((resume) => setTimeout(resume, waitMs));
      await after;
      await gates[direction].opened();
      if (instead) instead();
      else if (!to.destroyed) to.write(bytes);
    };
    from.on("data", (chunk: Buffer) => {
      const dueMs = Date.now() + delayMs[direction];
      for (const portion of through(chunk)) last = last.then(() => send(portion, dueMs));
    });
  };

  const pairs = await startSocketPairs(
    () => upstreamPort,
    ({ client, upstream, cut }) => {
      const session = sessionOf(cut);
      pipe("to-server", client, upstream, session.toServer);
      pipe("to-client", upstream, client, session.toClient);
    },
  );

  return {
    port: pairs.port,
    leadTo(port) {
      upstreamPort = port;
      pairs.cutAll();
    },
    freeze: (direction) => gates[direction].close(),
    thaw: (direction) => gates[direction].open(),
    delay(wanted) {
      delayMs = wanted;
    },
    cut: pairs.cutAll,
    async [Symbol.asyncDispose]() {
      await pairs[Symbol.asyncDispose]();
      for (const gate of Object.values(gates)) gate.open();
    },
  };
};

const createGate = () => {
  let open = (): void => undefined;
  let opened = Promise.resolve();
  return {
    opened: () => opened,
    open: () => open(),
    close() {
      open();
      opened = new Promise((resolve) => (open = resolve));
    },
  };
};

interface Armed<Made> {
  readonly isMeant: (command: Command) => boolean;
  readonly made: (made: Made) => void;
}

const takeMeant = <Made>(armed: Armed<Made>[], command: Command): Armed<Made> | undefined => {
  const index = armed.findIndex(({ isMeant }) => isMeant(command));
  return index === -1 ? undefined : armed.splice(index, 1)[0];
};

/** `onAnswer`: told of every command that was answered, the lost answers among them. */
export const startRedisProxy = async (
  serverPort: number,
  onAnswer: (command: Command, answer: Buffer) => void = () => undefined,
): Promise<RedisProxy> => {
  const toLose: Armed<Lost>[] = [];
  const toPark: Armed<Parked>[] = [];

  const session = (cut: () => void): Session => {
    const commands = respReader();
    const answers = respReader();
    const unanswered: { readonly command: Command; readonly lose: Armed<Lost> | undefined }[] = [];
    return {
      toServer: (chunk) =>
        commands(chunk).map((bytes) => {
          const command = wordsOf(bytes);
          unanswered.push({ command, lose: takeMeant(toLose, command) });
          const park = takeMeant(toPark, command);
          if (!park) return { bytes };
          return { bytes, after: new Promise((goOn) => park.made({ command, goOn })) };
        }),
      toClient: (chunk) =>
        answers(chunk).map((bytes) => {
          const answered = isPush(bytes) ? undefined : unanswered.shift();
          if (!answered) return { bytes };
          const { command, lose } = answered;
          onAnswer(command, bytes);
          if (!lose) return { bytes };
          const instead = (): void => {
            cut();
            lose.made({ command, atMs: Date.now() });
          };
          return { bytes, instead };
        }),
    };
  };

  const proxy = await start(serverPort, session);
  return {
    ...proxy,
    loseAnswer: (isMeant) => new Promise((made) => toLose.push({ isMeant, made })),
    park: (isMeant) => new Promise((made) => toPark.push({ isMeant, made })),
    disarm() {
      toLose.length = 0;
      toPark.length = 0;
    },
  };
};
