import { createCleanUp } from "./clean-up.js";
import { startRedisProxy, type Command, type RedisProxy } from "./tcp-proxy.js";

/** Ways to a Redis that may move: one an API process, and the observer's, who follows the Redis that counts. */
export interface RedisWays extends AsyncDisposable {
  readonly nodes: readonly RedisProxy[];
  readonly urls: readonly string[];
  readonly observerUrl: string;
  /** Everybody, or only these API processes; the observer follows whoever is led last. */
  leadTo(serverPort: number, nodes?: readonly number[]): void;
}

export const startRedisWays = async (
  serverPort: number,
  nodes: number,
  onAnswer?: (command: Command, answer: Buffer) => void,
): Promise<RedisWays> => {
  const disposal = createCleanUp();
  const observer = disposal.use(await startRedisProxy(serverPort));
  const proxies: RedisProxy[] = [];
  for (let node = 0; node < nodes; node += 1) {
    proxies.push(disposal.use(await startRedisProxy(serverPort, onAnswer)));
  }
  const urlOf = ({ port }: RedisProxy): string => `redis://127.0.0.1:${String(port)}`;
  return {
    nodes: proxies,
    urls: proxies.map(urlOf),
    observerUrl: urlOf(observer),
    leadTo(port, led = proxies.map((_, node) => node)) {
      observer.leadTo(port);
      for (const node of led) proxies[node]?.leadTo(port);
    },
    [Symbol.asyncDispose]: () => disposal.run(),
  };
};
