import { StoreUnavailable } from "../faults.js";
import { createPool } from "./pool.js";
import type { Process } from "./process.js";
import { ANY_METHOD } from "./traps.js";
import { struck, type World } from "./world.js";

type StoreName = "inventory" | "orders";

/** How long a process waits for an answer before it calls the store unavailable. */
const TIME_OUT_US = 600_000;
/** How long a call that timed out may still be on its way to the store. */
export const LATEST_US = 3_000_000;
/** A client that sends again what it had no answer to does so while its caller still waits. */
const SENT_AGAIN_WITHIN_US = 500_000;

/** Statements of a transaction that is open already: they go over its connection, and no client sends them again. */
const OF_A_TRANSACTION: ReadonlySet<string> = new Set(["nextEpoch", "moveEpoch", "confirmed"]);
const CONVERSATION = "withLedger";

/** Runs a part of a call on the calling process, while the store waits for it. */
export type OnProcess = <T>(work: () => Promise<T>) => Promise<T>;

/** All that one process sends and hears: every call is a request, its effect at the store, and a reply, and each may be lost. */
export interface Link {
  /** `isUp` says, when the request arrives, whether there is still somebody who takes it. */
  call<T>(
    store: StoreName,
    method: string,
    effect: (onProcess: OnProcess) => Promise<T>,
    isUp?: () => boolean,
  ): Promise<T>;
  /** Something happens in this process: later when it is paused, never when it is dead. */
  reach(delayUs: number, happen: () => void): void;
  /** Somebody else has all of this process' connections to Postgres, for a while. */
  exhaust(forMs: number): void;
}

/** What becomes of a call; what strikes it is named as it is counted. */
type Fate = "arrives" | "refused" | "swallowed" | Blow;
type Blow = (typeof BLOWS)[number];
const BLOWS = ["lost requests", "late requests", "lost replies", "doubled requests"] as const;
const isBlow = (fate: Fate): fate is Blow => BLOWS.some((blow) => blow === fate);

export function createLink(world: World, process: Process): Link {
  const { random, scheduler, journal, weather, traps, postgres, plan } = world;
  const onTimeOut = () => struck(journal, "calls without a connection");
  const pool = createPool({ scheduler, size: plan.poolSize, reach, onTimeOut });

  function reach(delayUs: number, happen: () => void): void {
    scheduler.after(delayUs, function arrive() {
      if (!process.alive) return;
      const pausedForUs = process.pausedUntilUs - scheduler.nowUs();
      if (pausedForUs > 0) scheduler.after(pausedForUs, arrive);
      else if (traps.pass(process, ANY_METHOD, "running")) scheduler.after(0, arrive);
      else happen();
    });
  }

  const wayUs = () => random.between(100, random.chance(0.05) ? plan.slowestMs * 1000 : 1_000);

  function fateOf(store: StoreName, method: string): Fate {
    if (weather.awayUntilUs[store] > scheduler.nowUs()) return random.chance(0.5) ? "refused" : "swallowed";
    if (weather.late.delete(method)) return "late requests";
    const { requestLost, replyLost, late, doubled } = weather.odds;
    const drawn = random.fraction();
    if (drawn < requestLost) return "lost requests";
    if (drawn < requestLost + replyLost) return "lost replies";
    if (drawn < requestLost + replyLost + late) return "late requests";
    const sentOnce = method === CONVERSATION || OF_A_TRANSACTION.has(method);
    return drawn < requestLost + replyLost + late + doubled && !sentOnce ? "doubled requests" : "arrives";
  }

  const call: Link["call"] = (store, method, effect, isUp = () => true) =>
    store === "inventory" || OF_A_TRANSACTION.has(method)
      ? send(store, method, effect, isUp)
      : pool.withConnection(() => send(store, method, effect, isUp));

  function send<T>(
    store: StoreName,
    method: string,
    effect: (onProcess: OnProcess) => Promise<T>,
    isUp: () => boolean,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      // The dead send nothing.
      if (!process.alive) return;
      const fate = fateOf(store, method);
      let settled = false;
      let talking = false;
      let ending = false;
      let cut = false;
      let rollBackNow: ((fault: Error) => void) | null = null;
      process.underWay += 1;
      journal.note(() => `${process.name} -> ${method}${fate === "arrives" ? "" : ` (${fate})`}`);

      function settle(what: string, finish: () => void): void {
        if (settled) return;
        settled = true;
        if (fate !== "late requests") disconnect();
        process.underWay -= 1;
        journal.note(() => `${process.name} <- ${method} ${what}`);
        finish();
      }

      function giveUp(knownEffect: "none" | "unknown"): void {
        settle(`unavailable, effect ${knownEffect}`, () => {
          if (method === "commit") journal.count(knownEffect === "unknown" ? "ambiguous commits" : "commits not sent");
          reject(new StoreUnavailable(store, knownEffect));
        });
      }

      function answer(what: string, finish: () => void): void {
        reach(wayUs(), () => {
          if (cut) return;
          traps.pass(process, method, "answered");
          // Whatever the trap did to this process comes before it can act on the answer.
          if (process.alive && process.pausedUntilUs <= scheduler.nowUs()) settle(what, finish);
          else reach(0, () => settle(what, finish));
        });
      }

      /** A transaction that stays open while the process works in it. */
      const onProcess: OnProcess = <R>(work: () => Promise<R>) =>
        new Promise<R>((commit, rollBack) => {
          rollBackNow = rollBack;
          const end = (finish: () => void) => {
            ending = true;
            if (random.fraction() < weather.odds.requestLost) struck(journal, "lost requests");
            else scheduler.after(wayUs(), finish);
          };
          reach(wayUs(), () => {
            // Who gave the call up has closed its connection, and the store rolls back. Who is dead or paused leaves it open.
            if (settled) {
              scheduler.after(wayUs(), () => rollBack(new StoreUnavailable(store, "none")));
              return;
            }
            talking = true;
            work().then(
              (result) => end(() => commit(result)),
              (fault: unknown) => end(() => rollBack(asError(fault))),
            );
          });
        });

      function arrive(): void {
        if (settled) disconnect();
        if (cut) return;
        if (!isUp()) reach(TIME_OUT_US, () => giveUp("unknown"));
        else if (traps.pass(process, method, "arriving")) scheduler.after(0, carryOut);
        else carryOut();
      }

      let copies = fate === "doubled requests" ? 2 : 1;
      function carryOut(): void {
        effect(onProcess).then(
          (result) => {
            journal.note(() => `      ${process.name} ${method} = ${show(result)}`);
            traps.pass(process, method, "applied");
            copies -= 1;
            if (fate === "arrives" || (fate === "doubled requests" && copies === 0)) answer("", () => resolve(result));
            else if (talking) reach(TIME_OUT_US, () => giveUp("unknown"));
          },
          (fault: unknown) => {
            journal.note(() => `      ${process.name} ${method} failed: ${String(fault)}`);
            answer("fault", () => reject(asError(fault)));
          },
        );
      }

      function cutOff(): void {
        cut = true;
        // What was not sent to be committed is known to be undone.
        const knownEffect = talking && !ending ? "none" : "unknown";
        rollBackNow?.(new StoreUnavailable(store, "none"));
        reach(wayUs(), () => giveUp(knownEffect));
      }
      // What is late goes with its connection, also where its caller has given it up.
      const disconnect = store === "orders" ? postgres.connected(cutOff) : () => undefined;

      const lateUs = fate === "late requests" ? random.between(TIME_OUT_US, LATEST_US) : 0;
      if (fate === "refused") reach(wayUs(), () => giveUp("none"));
      else if (fate !== "swallowed" && fate !== "lost requests") scheduler.after(wayUs() + lateUs, arrive);
      if (fate === "doubled requests") scheduler.after(random.between(100, SENT_AGAIN_WITHIN_US), arrive);
      if (isBlow(fate)) struck(journal, fate);
      // A conversation lasts as long as the store allows; anything else is given up.
      const isLost = fate !== "arrives" && fate !== "doubled requests";
      if (isLost || store === "orders") reach(TIME_OUT_US, () => talking || giveUp("unknown"));
      traps.pass(process, method, "sent");
    });
  }

  return { call, reach, exhaust: (forMs) => pool.exhaust(forMs * 1000) };
}

function show(result: unknown): string {
  const text = JSON.stringify(result) ?? "";
  return text.length > 160 ? `${text.slice(0, 160)}...` : text;
}

function asError(fault: unknown): Error {
  return fault instanceof Error ? fault : new Error(String(fault));
}
