import { request, type IncomingMessage } from "node:http";

/** One open event stream, read as a browser would read it. */
export interface Listener {
  /** When each event came, by performance.now. */
  readonly heardAtMs: readonly number[];
  /** Resolves with the event that says that nothing is left. */
  readonly soldOut: Promise<void>;
  /** When that event came; infinite while it has not. */
  soldOutAtMs(): number;
  stop(): void;
}

export const listen = async (url: string): Promise<Listener> => {
  const sent = request(url, { agent: false });
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    sent.once("response", resolve).once("error", reject).end();
  });
  if (response.statusCode !== 200) throw new Error(`${url} answered ${String(response.statusCode)}`);

  const heardAtMs: number[] = [];
  let soldOutAtMs = Number.POSITIVE_INFINITY;
  let rest = "";
  const soldOut = new Promise<void>((resolve) => {
    response.setEncoding("utf8").on("data", (chunk: string) => {
      const events = (rest + chunk).split("\n\n");
      rest = events.pop() ?? "";
      for (const event of events) {
        if (!event.startsWith("data: ")) continue;
        heardAtMs.push(performance.now());
        const { status } = JSON.parse(event.slice("data: ".length)) as { status: string };
        if (status !== "sold_out") continue;
        soldOutAtMs = Math.min(soldOutAtMs, performance.now());
        resolve();
      }
    });
  });
  response.on("error", () => undefined);
  return { heardAtMs, soldOut, soldOutAtMs: () => soldOutAtMs, stop: () => void sent.destroy() };
};
