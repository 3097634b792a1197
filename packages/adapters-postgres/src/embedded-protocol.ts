import type { PGlite } from "@electric-sql/pglite";

/** Parse, Bind, Describe, Execute, Close, Flush: what they are answered ends with the Sync behind them, not with themselves. */
const UNTIL_SYNC: ReadonlySet<number | undefined> = new Set(Buffer.from("PBDECH"));
const READY_FOR_QUERY = "Z".charCodeAt(0);

/**
 * PGlite 0.5.8 says that it is ready for the next query right after one of these messages failed, and once more at their Sync. A
 * driver sends the next query on the first, takes the second for its answer, and tells whoever asks after that somebody else's rows.
 */
export function readyOnlyWhenAsked(database: PGlite): void {
  const execute = database.execProtocolRawStream.bind(database);
  database.execProtocolRawStream = async (message, { onRawData, ...options }) => {
    if (!UNTIL_SYNC.has(message[0])) return execute(message, { onRawData, ...options });
    // Gathering costs nothing: the database does not let go of this thread before it has answered.
    const chunks: Buffer[] = [];
    // A copy: it goes on writing in the same place.
    await execute(message, { ...options, onRawData: (chunk) => void chunks.push(Buffer.from(chunk)) });
    for (const part of withoutReady(Buffer.concat(chunks))) onRawData(part);
  };
}

/** What is left of an answer, in as few parts as there can be. A message is its kind, its length without the kind, and the rest. */
function withoutReady(answer: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = 0; at < answer.length;) {
    const next = at + 1 + answer.readInt32BE(at + 1);
    if (answer[at] === READY_FOR_QUERY) {
      parts.push(answer.subarray(from, at));
      from = next;
    }
    at = next;
  }
  return [...parts, answer.subarray(from)].filter(({ length }) => length > 0);
}
