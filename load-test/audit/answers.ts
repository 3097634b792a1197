/** What a buyer was told. `status` 0: the connection broke, or nothing came in time. */
export interface Answer {
  readonly status: number;
  readonly code: string | null;
  /** The order that the answer names: the one that was sold, or the one that may stand. */
  readonly orderId: string | null;
}

/** One purchase that was sent. `answer` is null where its sender ended before it came. */
export interface Asked {
  readonly userId: string;
  readonly key: string | null;
  readonly quantity: number;
  readonly answer: Answer | null;
}

/** All that a run of k6 recorded: see k6/sale.js. */
export interface Recorded {
  readonly productId: string | null;
  readonly asked: readonly Asked[];
}

/** A file that is no record of a run. The sentence says which line, and why. */
export class BadRecord extends Error {
  override readonly name = "BadRecord";
}

type Line = Readonly<Record<string, unknown>>;

const text = (value: unknown): string | null => (typeof value === "string" ? value : null);

/** Reads the lines of one file. The last one may have been cut off with whoever wrote it. */
export const readRecord = (content: string): Recorded => {
  let productId: string | null = null;
  const asked = new Map<string, Omit<Asked, "answer">>();
  const answers = new Map<string, Answer>();
  const lines = content.split("\n");
  lines.forEach((line, at) => {
    if (line.trim() === "") return;
    const wrong = (what: string): BadRecord => new BadRecord(`line ${String(at + 1)} ${what}`);
    const entry = parsed(line);
    if (entry === null) {
      if (at === lines.length - 1) return;
      throw wrong(
        line.startsWith("time=")
          ? "is k6's own format: record with --log-format raw"
          : "is no JSON: is this what k6 wrote with --console-output?",
      );
    }
    const { request, userId, status, quantity } = entry;
    if (typeof entry.productId === "string") productId = entry.productId;
    else if (typeof request !== "string") throw wrong("names no request");
    else if (typeof status === "number") {
      if (!asked.has(request)) throw wrong(`answers ${request}, which was never sent`);
      answers.set(request, { status, code: text(entry.code), orderId: text(entry.orderId) });
    } else if (typeof userId === "string" && typeof quantity === "number") {
      if (asked.has(request)) throw wrong(`sends ${request} again: does the file hold two runs?`);
      asked.set(request, { userId, key: text(entry.key), quantity });
    } else throw wrong("is neither a request nor an answer");
  });
  return {
    productId,
    asked: [...asked].map(([request, one]) => ({ ...one, answer: answers.get(request) ?? null })),
  };
};

const parsed = (line: string): Line | null => {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === "object" && entry !== null && !Array.isArray(entry) ? (entry as Line) : null;
  } catch {
    return null;
  }
};
