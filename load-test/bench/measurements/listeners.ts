import { startProduct } from "../contestants/product.js";
import { latencyQuantile } from "../load/latencies.js";
import { LISTENERS, runTurn, WAYS, type Turn, type Way } from "../listeners/turn.js";
import type { Findings, Measurement, Settings, Table } from "../measurement.js";
import { range, spread, type Spread } from "../statistics.js";
import { databaseUrl, startStores } from "../stores.js";

const measure = async ({ quick, say }: Settings): Promise<Findings> => {
  await using stores = await startStores(["product"]);
  await stores.checkDurable();
  await using product = await startProduct(stores.redisUrl(1), databaseUrl(stores.postgres, "product"));
  const [rounds, seconds] = quick ? [1, 3] : [9, 6];
  const turns: Turn[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    for (const way of WAYS) {
      const turn = await runTurn(product, way, seconds);
      say(
        `${round === 0 ? "warm-up" : `round ${String(round)}/${String(rounds)}`}  ${way}: ${perSecond(turn).toFixed(0)}/s`,
      );
      // The first is not counted: code is compiled, pages are touched.
      if (round > 0) turns.push(turn);
    }
  }
  await stores.checkDurable();
  return findingsOf(turns);
};

const perSecond = ({ sold, seconds }: Turn): number => sold / seconds;
const listenedTo = (turns: readonly Turn[], way: Way): readonly Turn[] => turns.filter((turn) => turn.way === way);

/** Each turn beside the one of the same round in which nobody listened. */
const beside = (turns: readonly Turn[], way: Way, value: (turn: Turn, silent: Turn) => number): Spread => {
  const silent = listenedTo(turns, "nobody listens");
  return spread(listenedTo(turns, way).map((turn, round) => value(turn, silent[round] ?? turn)));
};

/** CPU time of the API beyond what its purchases cost it when nobody listens. */
const extraMicros = (turn: Turn, silent: Turn): number => turn.apiMicros - (silent.apiMicros / silent.sold) * turn.sold;

const aListenerASecond = (turn: Turn, silent: Turn): number => extraMicros(turn, silent) / LISTENERS / turn.seconds;

/** Less the event with which each stream began. */
const anEvent = (turn: Turn, silent: Turn): number =>
  extraMicros(turn, silent) / Math.max(1, (turn.listening?.events ?? 0) - LISTENERS);

const findingsOf = (turns: readonly Turn[]): Findings => {
  const against = (turn: Turn, silent: Turn): number => perSecond(turn) / perSecond(silent);
  const plain = beside(turns, "10,000 listen", against);
  const later = beside(turns, "10,000 listen, read later", against);
  const cpu = beside(turns, "10,000 listen", aListenerASecond);
  return {
    targets: [
      {
        work: "10,000 stream listeners during a sale",
        target: "purchases a second ≥ 0.9 × without; CPU a listener",
        measured: `${range(plain)} ×; where reading costs nothing here ${range(later)} ×; ${range(cpu)} µs a listener a second`,
        met: plain.median >= 0.9,
      },
    ],
    tables: [tableOf(turns)],
    figures: {
      "a second: 10,000 listen / nobody": plain,
      "a second: 10,000 listen, read later / nobody": later,
      "CPU µs a listener a second": cpu,
      "CPU µs an event": beside(turns, "10,000 listen", anEvent),
    },
  };
};

const tableOf = (turns: readonly Turn[]): Table => {
  const rows = WAYS.map((way) => {
    const own = listenedTo(turns, way);
    const of = (value: (turn: Turn) => number): string => range(spread(own.map(value)));
    const heard = (value: (turn: Turn, silent: Turn) => number): string =>
      way === "nobody listens" ? "-" : range(beside(turns, way, value));
    const cores = (micros: (turn: Turn) => number): string => of((turn) => micros(turn) / 1e6 / turn.seconds);
    return [
      way,
      of(perSecond),
      of(({ sale }) => latencyQuantile([sale.latencies], 0.99)),
      cores(({ apiMicros }) => apiMicros),
      heard(aListenerASecond),
      heard(anEvent),
      heard(({ listening, seconds }) => (listening?.events ?? 0) / LISTENERS / seconds),
      cores(({ listening }) => listening?.cpuMicros ?? 0),
    ];
  });
  const head = ["", "purchases a second", "p99 ms", "API, cores", "µs a listener a second", "µs an event"];
  return {
    title: "Listeners during a sale",
    head: [...head, "events a listener a second", "(listeners, cores)"],
    rows,
    note: NOTE,
  };
};

const NOTE = `A closed loop of 64 connections buys one product; 10,000 connections listen to \`GET /api/v1/sale/stream/:productId\` of the same API process.
What a listener costs is the API's CPU time beyond that of as many purchases without listeners.

The listeners are a process of their own on bare sockets, which counts what comes and forgets it. It shares the two cores with everything
else, where real ones would not: so a third kind of turn leaves what comes in the kernel's buffers until the sale is over. To the API both
are the same.`;

export const listeners: Measurement = {
  name: "listeners",
  about: "Ten thousand who listen while others buy",
  minutes: 9,
  measure,
};
