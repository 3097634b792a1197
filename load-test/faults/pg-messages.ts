/**
 * PostgreSQL's protocol, version 3, as far as a proxy must read it to know when a statement ends: message frames, and the SQL behind
 * a Query or an Execute.
 */
export interface PgMessage {
  /** The type byte; "startup" for the messages before the session, which have none. */
  readonly type: string;
  /** The whole message, as it came. */
  readonly bytes: Buffer;
}

const SSL_REQUEST = 80_877_103;
const GSS_REQUEST = 80_877_104;

export const asksForEncryption = ({ type, bytes }: PgMessage): boolean =>
  type === "startup" && bytes.length === 8 && [SSL_REQUEST, GSS_REQUEST].includes(bytes.readInt32BE(4));

/** Cuts a stream into messages, whatever the chunks it comes in. */
export const messageReader = (side: "client" | "server"): ((chunk: Buffer) => PgMessage[]) => {
  let rest: Buffer = Buffer.alloc(0);
  let typed = side === "server";

  const takeOne = (): PgMessage | undefined => {
    const lengthAt = typed ? 1 : 0;
    if (rest.length < lengthAt + 4) return undefined;
    const end = lengthAt + rest.readInt32BE(lengthAt);
    if (rest.length < end) return undefined;
    const bytes = rest.subarray(0, end);
    const message = { type: typed ? String.fromCharCode(bytes[0] ?? 0) : "startup", bytes };
    rest = rest.subarray(end);
    // After a request for encryption, which is declined, the client starts once more.
    if (!typed) typed = !asksForEncryption(message);
    return message;
  };

  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const messages: PgMessage[] = [];
    for (let message = takeOne(); message; message = takeOne()) messages.push(message);
    return messages;
  };
};

const stringAt = (bytes: Buffer, start: number): { text: string; next: number } => {
  const end = bytes.indexOf(0, start);
  return { text: bytes.toString("utf8", start, end), next: end + 1 };
};

/** Reads one session's client messages, and answers which SQL a Query or an Execute runs. */
export const statementReader = (): ((message: PgMessage) => string | null) => {
  const statements = new Map<string, string>();
  const portals = new Map<string, string>();

  return ({ type, bytes }) => {
    const first = stringAt(bytes, 5);
    switch (type) {
      case "Q":
        return first.text;
      case "P":
        statements.set(first.text, stringAt(bytes, first.next).text);
        return null;
      case "B":
        portals.set(first.text, statements.get(stringAt(bytes, first.next).text) ?? "");
        return null;
      case "E":
        return portals.get(first.text) ?? "";
      default:
        return null;
    }
  };
};

/** The ids in a Bind's parameters, which the driver sends as text. */
export const uuidsIn = ({ bytes }: PgMessage): string[] =>
  bytes.toString("latin1").match(/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g) ?? [];
