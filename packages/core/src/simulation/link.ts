import { StoreUnavailable } from "../faults.js";
import type { Process } from "./process.js";
import { struck, type World } from "./world.js";

type StoreName = "inventory" | "orders";

/** How long a process waits for an answer before it calls the store unavailable. */
const TIME_OUT_US = 600_000;
/** How long a call that timed out may still be on its way to the store. */
export const LATEST_US = 3_000_000;

/** Runs a part of a call on the calling process, while the store waits for it. */
export type OnProcess = <T>(work: () => Promise<T>) => Promise<T>;

/** All that one process sends and hears: every call is a request, its effect at the store, and a reply, and each may be lost. */
export interface Link {
  call<T>(store: StoreName, method: string, effect: (onProcess: OnProcess) => Promise<T>): Promise<T>;
  /** Something happens in this process: later when it is paused, never when it is dead. */
  reach(delayUs: number, happen: () => void): void;
}

/** What becomes of a call; the losses are named as they are counted. */
type Fate = "arrives" | "refused" | "swallowed" | "lost requests" | "late requests" | "lost replies";

export function createLink(world: World, process: Process): Link {
  const { random, scheduler, journal, weather, traps } = world;

  function reach(delayUs: number, happen: () => void): void {
    scheduler.after(delayUs, function arrive() {
      if (!process.alive) return;
      const pausedForUs = process.pausedUntilUs - scheduler.nowUs();
      if (pausedForUs > 0) scheduler.after(pausedForUs, arrive);
      else happen();
    });
  }

  const wayUs = () => random.between(100, random.chance(0.05) ? world.plan.slowestMs * 1000 : 1_000);

  function fateOf(store: StoreName, method: string): Fate {
    if (weather.awayUntilUs[store] > scheduler.nowUs()) return random.chance(0.5) ? "refused" : "swallowed";
    if (weather.late.delete(method)) return "late requests";
    const { requestLost, replyLost, late } = weather.odds;
    const drawn = random.fraction();
    if (drawn < requestLost) return "lost requests";
    if (drawn < requestLost + replyLost) return "lost replies";
    return drawn < requestLost + replyLost + late ? "late requests" : "arrives";
  }

  function call<T>(store: StoreName, method: string, effect: (onProcess: OnProcess) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      // The dead send nothing.
      if (!process.alive) return;
      const fate = fateOf(store, method);
      let settled = false;
      let talking = false;
      process.underWay += 1;
      journal.note(() => `${process.name} -> ${method}${fate === "arrives" ? "" : ` (${fate})`}`);

      function settle(what: string, finish: () => void): void {
        if (settled) return;
        settled = true;
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
          traps.pass(process, method, "answered");
          // Whatever the trap did to this process comes before it can act on the answer.
          if (process.alive && process.pausedUntilUs <= scheduler.nowUs()) settle(what, finish);
          else reach(0, () => settle(what, finish));
        });
      }

      /** A transaction that stays open while the process works in it. */
      const onProcess: OnProcess = <R>(work: () => Promise<R>) =>
        new Promise<R>((commit, rollBack) => {
          const send = (end: () => void) => {
            if (random.fraction() < weather.odds.requestLost) struck(journal, "lost requests");
            else scheduler.after(wayUs(), end);
          };
          reach(wayUs(), () => {
            // Who gave the call up has closed its connection, and the store rolls back. Who is dead or paused leaves it open.
            if (settled) {
              scheduler.after(wayUs(), () => rollBack(new StoreUnavailable(store, "none")));
              return;
            }
            talking = true;
            work().then(
              (result) => send(() => commit(result)),
              (fault: unknown) => send(() => rollBack(asError(fault))),
            );
          });
        });

      function arrive(): void {
        if (traps.pass(process, method, "arriving")) scheduler.after(0, carryOut);
        else carryOut();
      }

      function carryOut(): void {
        effect(onProcess).then(
          (result) => {
            journal.note(() => `      ${process.name} ${method} = ${show(result)}`);
            traps.pass(process, method, "applied");
            if (fate === "arrives") answer("", () => resolve(result));
            else if (talking) reach(TIME_OUT_US, () => giveUp("unknown"));
          },
          (fault: unknown) => {
            journal.note(() => `      ${process.name} ${method} failed: ${String(fault)}`);
            answer("fault", () => reject(asError(fault)));
          },
        );
      }

      const lateUs = fate === "late requests" ? random.between(TIME_OUT_US, LATEST_US) : 0;
      if (fate === "refused") reach(wayUs(), () => giveUp("none"));
      else if (fate !== "swallowed" && fate !== "lost requests") scheduler.after(wayUs() + lateUs, arrive);
      if (fate === "lost requests" || fate === "late requests" || fate === "lost replies") struck(journal, fate);
      // A conversation lasts as long as the store allows; anything else is given up.
      if (fate !== "arrives" || store === "orders") reach(TIME_OUT_US, () => talking || giveUp("unknown"));
      traps.pass(process, method, "sent");
    });
  }

  return { call, reach };
}

function show(result: unknown): string {
  const text = JSON.stringify(result) ?? "";
  return text.length > 160 ? `${text.slice(0, 160)}...` : text;
}

function asError(fault: unknown): Error {
  return fault instanceof Error ? fault : new Error(String(fault));
}
