import { Client } from "undici";

/** Connections to one API process that are open before anybody asks: a burst then comes at once, not as fast as it is let in. */
export interface Lines extends AsyncDisposable {
  readonly all: readonly Client[];
}

/** Fewer than wait for an accept at once (Node's backlog is 511). */
const AT_ONCE = 250;

export const openLines = async (url: string, count: number): Promise<Lines> => {
  const all: Client[] = [];
  const open = async (): Promise<void> => {
    const line = new Client(url, { pipelining: 1, headersTimeout: 20_000, bodyTimeout: 20_000 });
    all.push(line);
    const { body } = await line.request({ path: "/health", method: "GET" });
    await body.dump();
  };
  while (all.length < count) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - all.length) }, open));
  }
  return {
    all,
    async [Symbol.asyncDispose]() {
      await Promise.all(all.map((line) => line.destroy()));
    },
  };
};
