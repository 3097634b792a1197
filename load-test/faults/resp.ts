/** Enough of Redis' protocol (RESP3, and so RESP2) to tell where one message ends and the next begins. */

/** Takes what arrives, in whatever pieces; answers the messages that are whole. */
export const respReader = (): ((chunk: Buffer) => Buffer[]) => {
  let kept: Buffer = Buffer.alloc(0);
  return (chunk) => {
    kept = kept.length === 0 ? chunk : Buffer.concat([kept, chunk]);
    const messages: Buffer[] = [];
    for (let end = endOf(kept, 0); end !== null; end = endOf(kept, 0)) {
      messages.push(kept.subarray(0, end));
      kept = kept.subarray(end);
    }
    return messages;
  };
};

/** Where the value that begins at `start` ends; null where not all of it is here. */
const endOf = (bytes: Buffer, start: number): number | null => {
  const line = bytes.indexOf("\r\n", start, "latin1");
  if (line === -1) return null;
  const type = String.fromCharCode(bytes[start] ?? 0);
  const count = Number(bytes.toString("latin1", start + 1, line));
  if ("$!=".includes(type)) {
    const end = line + 2 + (count < 0 ? 0 : count + 2);
    return end <= bytes.length ? end : null;
  }
  // An attribute stands before the value that it is about.
  const values = "*~>".includes(type) ? count : type === "%" ? count * 2 : type === "|" ? count * 2 + 1 : 0;
  let end: number | null = line + 2;
  for (let value = 0; value < values && end !== null; value += 1) end = endOf(bytes, end);
  return end;
};

/** Said by the server unasked: it answers no command. */
export const isPush = (message: Buffer): boolean => message[0] === ">".charCodeAt(0);

/** The words of a command, which is a list of texts. */
export const wordsOf = (command: Buffer): string[] => {
  const words: string[] = [];
  for (let at = command.indexOf("\r\n") + 2; at < command.length;) {
    const line = command.indexOf("\r\n", at);
    const end = line + 2 + Number(command.toString("latin1", at + 1, line));
    words.push(command.toString("utf8", line + 2, end));
    at = end + 2;
  }
  return words;
};
