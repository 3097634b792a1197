import { createServer, type AddressInfo } from "node:net";

/** A loopback port that nobody listens on now. Somebody may take it before you do: see `onFreePort`. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => {
        resolve(port);
      });
    });
  });

/** Starts something on the port asked for, or else on a free one, trying another where that was taken meanwhile. */
export const onFreePort = async <T>(asked: number | undefined, start: (port: number) => Promise<T>): Promise<T> => {
  if (asked !== undefined) return start(asked);
  for (let attemptsLeft = 3; ; attemptsLeft -= 1) {
    try {
      return await start(await freePort());
    } catch (error) {
      if (attemptsLeft === 0 || !/address already in use/i.test(String(error))) throw error;
    }
  }
};
