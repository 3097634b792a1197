/** PostgreSQL's messages, for tests that speak with a driver or a server without the other. */

/** A kind, a length that counts itself, a body; a start-up message has no kind. */
export function message(kind: string, ...body: readonly (string | number)[]): Buffer {
  const parts = body.map((part) => (typeof part === "string" ? Buffer.from(`${part}\0`) : int16(part)));
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + parts.reduce((sum, part) => sum + part.length, 0));
  return Buffer.concat([Buffer.from(kind), length, ...parts]);
}

/** The kinds of the messages that are whole, in a row. */
export function kinds(data: Buffer): string {
  let found = "";
  for (let at = 0; at + 5 <= data.length;) {
    const next = at + 1 + data.readInt32BE(at + 1);
    if (next > data.length) break;
    found += String.fromCharCode(data[at] ?? 0);
    at = next;
  }
  return found;
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}
