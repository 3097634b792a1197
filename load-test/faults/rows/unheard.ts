import { setTimeout as sleep } from "node:timers/promises";
import { withLongIds } from "../facts.js";
import { startRedisWays, type RedisWays } from "../redis-ways.js";
import type { Row } from "../row.js";
import { openSale, type RunningSale } from "../sale.js";
import { scriptCalls } from "../script-calls.js";
import type { Command, RedisProxy } from "../tcp-proxy.js";
import { until } from "../wait.js";
import { flush } from "./flushed.js";
import { healedAndSound, inFullSwing, ledgerOf } from "./incidents.js";
import { HOLDS_AGAIN, LOADS_BACKWARDS, WRITES_FIRST } from "./redis-guards.js";

const NODES = 2;
/** Longer than a process waits for an answer, which is 1 s: what it gave up is carried out when the pause ends. */
const PAUSE_MS = 1_100;
const SLOW_MS = { "to-server": 60, "to-client": 60 };
const SLOW_FOR_MS = 300;
const AT_ONCE = { "to-server": 0, "to-client": 0 };

/** What Redis did is not heard, or heard late; what it is to do arrives late. */
export const unheard: Row = {
  name: "9",
  about: "Redis' reply lost, CLIENT PAUSE, slow Redis, a rebuild's load that comes late",
  how: "proxy",
  mustHold: "I2: nothing held twice",
  controls: [WRITES_FIRST, HOLDS_AGAIN, LOADS_BACKWARDS],
  async run(stage, options) {
    const planned = planning(options.scale.strikes).length;
    let over = 0;
    const struck: Record<string, number> = {};
    const wrong: string[] = [];
    await using ways = await startRedisWays(stage.redis.port, NODES);
    await using sale = await openSale(stage, {
      ...options,
      nodes: NODES,
      clients: 12,
      redis: ways,
      incidents: { planned, over: () => over },
    });
    const strikes = createStrikes(sale, ways, scriptCalls(options.sabotage?.edits), wrong);
    const order = sale.random.shuffled(planning(options.scale.strikes));
    for (const name of order) {
      await inFullSwing(sale, options.scale.units, { planned, over });
      await strikes.of[name]();
      for (const proxy of ways.nodes) proxy.disarm();
      wrong.push(...(await healedAndSound(sale, Date.now())).map((found) => `${found} (${name})`));
      struck[name] = (struck[name] ?? 0) + 1;
      over += 1;
    }
    return await sale.finish({
      struck,
      mustHappen: ({ rebuilds }) => ({ rebuilds }),
      notes: { "holds whose answer was lost, asked for again and sold": strikes.askedAgain() },
      alsoWrong: () => wrong,
    });
  },
};

const STRIKES = [
  "answer to hold lost",
  "answer to confirm lost",
  "answer to load lost",
  "CLIENT PAUSE ALL",
  "CLIENT PAUSE WRITE",
  "slow, then lost",
  "load parked until another rebuilt",
] as const;
type Strike = (typeof STRIKES)[number];

const planning = (strikes: number): Strike[] => Array.from({ length: Math.ceil(strikes / 2) }, () => STRIKES).flat();

/** One of each kind. */
const createStrikes = (
  sale: RunningSale,
  ways: RedisWays,
  nameOf: (command: Command) => string | null,
  wrong: string[],
) => {
  const { scene, random } = sale;
  const is = (script: string) => (command: Command) => nameOf(command) === script;
  let askedAgain = 0;

  const of: Readonly<Record<Strike, () => Promise<void>>> = {
    async "answer to hold lost"() {
      // Of somebody who asks again.
      const isKeyed = (command: Command) => is("hold")(command) && keyedIds(command).length > 0;
      const { command } = await struckAt(sale, random.pick(ways.nodes).loseAnswer(isKeyed));
      if (await becomeOrders(sale, keyedIds(command))) askedAgain += 1;
    },
    async "answer to confirm lost"() {
      await struckAt(sale, random.pick(ways.nodes).loseAnswer(is("confirm")));
    },
    async "answer to load lost"() {
      const armed = ways.nodes.map((proxy) => proxy.loseAnswer(is("load")));
      await flush(sale);
      await struckAt(sale, Promise.race(armed));
    },
    async "CLIENT PAUSE ALL"() {
      await scene.redis.client("PAUSE", PAUSE_MS, "ALL");
      await sleep(PAUSE_MS);
    },
    async "CLIENT PAUSE WRITE"() {
      await scene.redis.client("PAUSE", PAUSE_MS, "WRITE");
      await sleep(PAUSE_MS);
    },
    async "slow, then lost"() {
      for (const proxy of ways.nodes) proxy.delay(SLOW_MS);
      await sleep(SLOW_FOR_MS);
      await sale.healed((await flush(sale)).lostAtMs);
      for (const proxy of ways.nodes) proxy.delay(AT_ONCE);
    },
    async "load parked until another rebuilt"() {
      wrong.push(...(await parkLoad(sale, ways.nodes, is("load"))));
    },
  };
  return { of, askedAgain: () => askedAgain };
};

/** A UUIDv5 was derived from a key. */
const keyedIds = (command: Command): string[] =>
  command.map(withLongIds).filter((word) => /^[\da-f]{8}-[\da-f]{4}-5[\da-f-]{21}$/.test(word));

const struckAt = async <Made>({ shop }: RunningSale, made: Promise<Made>): Promise<Made> => {
  let isMade = false;
  void made.then(() => (isMade = true));
  await until(`the call came, after ${String(shop.history.sold())} sales`, () => isMade, {
    timeoutMs: 20_000,
    everyMs: 5,
  });
  return made;
};

/** Whether one of these reservations was shown to its buyer as an order, within the time that a hold lives. */
const becomeOrders = ({ shop }: RunningSale, ids: readonly string[]): Promise<boolean> => {
  const isShown = () =>
    shop.history.asked.some(({ heard }) => heard.kind === "order" && ids.includes(heard.order.orderId));
  return until("the buyer asked again", isShown, { timeoutMs: 2_000 }).then(
    () => true,
    () => false,
  );
};

/** A rebuild's load is on its way while its transaction ends and another process rebuilds. It must not undo that. */
const parkLoad = async (
  sale: RunningSale,
  proxies: readonly RedisProxy[],
  isLoad: (command: Command) => boolean,
): Promise<string[]> => {
  const armed = proxies.map(async (proxy, node) => ({ node, load: await proxy.park(isLoad) }));
  const { lostAtMs } = await flush(sale);
  const { node, load } = await struckAt(sale, Promise.race(armed));
  for (const proxy of proxies) proxy.disarm();
  await sale.healed(lostAtMs);
  const { epoch } = await ledgerOf(sale);
  load.goOn();
  // What that process sells now was asked for behind the load, on the same connection.
  await sale.healed(Date.now(), node);
  return (await ledgerOf(sale)).epoch === epoch ? [] : ["I5: a load that came late undid a newer one"];
};
