import type { Chart } from "../line-chart.js";
import { spread } from "../statistics.js";
import { roundsAt, type Measured } from "./measured.js";
import type { OfferedRound } from "./offer.js";

const OFFERED = "offered, % of what a closed loop of 64 connections got";

export const latencyCharts = (measured: Measured): readonly Chart[] => {
  const names = measured.capacities.map(({ name }) => name);
  const points = (name: string, of: (round: OfferedRound) => number): [number, number][] =>
    measured.loads.map((load) => [load * 100, spread(roundsAt(measured, name, load).map(of)).median]);
  return [
    {
      name: "latency",
      title: "Latency of a purchase by offered load",
      x: OFFERED,
      y: "ms from when it was meant to be sent, until it was answered 201",
      logarithmic: true,
      series: names.flatMap((name) => [
        { name: `${name}, p99`, points: points(name, ({ served }) => served.p99Ms) },
        { name: `${name}, p50`, points: points(name, ({ served }) => served.p50Ms) },
      ]),
    },
    {
      name: "goodput",
      title: "Purchases answered 201 by offered load",
      x: OFFERED,
      y: "201s a second while the load is offered, % of the same",
      series: names.map((name) => ({
        name,
        points: points(name, ({ goodput, load, perSecond }) => (100 * goodput * load) / perSecond),
      })),
    },
  ];
};
