/** A reply that this version does not know. Never guessed at. */
export class UnknownReply extends Error {
  override readonly name = "UnknownReply";
  constructor(what: string, found: unknown) {
    super(`Redis answered ${JSON.stringify(found)?.slice(0, 200)}, which is not ${what}`);
  }
}

export function texts(reply: unknown): string[] {
  if (!Array.isArray(reply)) throw new UnknownReply("a list", reply);
  return reply.map((item: unknown) => {
    if (typeof item !== "string") throw new UnknownReply("a list of texts", reply);
    return item;
  });
}

/** A number, or its digits: a client may be told to answer numbers as texts. */
export function integer(reply: unknown): number {
  const number = typeof reply === "string" && /^-?\d+$/.test(reply) ? Number(reply) : reply;
  if (typeof number !== "number" || !Number.isSafeInteger(number)) throw new UnknownReply("a whole number", reply);
  return number;
}

/** What a JSON text says. */
export function json(reply: unknown): unknown {
  try {
    return JSON.parse(String(reply));
  } catch {
    throw new UnknownReply("JSON", reply);
  }
}

/** 1 or 0. */
export function flag(reply: unknown): boolean {
  const number = integer(reply);
  if (number !== 0 && number !== 1) throw new UnknownReply("0 or 1", reply);
  return number === 1;
}

/** [a, b, c, d] as [[a, b], [c, d]]. */
export function pairs(list: readonly string[]): [string, string][] {
  if (list.length % 2 !== 0) throw new UnknownReply("a list of pairs", list);
  return Array.from({ length: list.length / 2 }, (_, index) => [list[index * 2] ?? "", list[index * 2 + 1] ?? ""]);
}
