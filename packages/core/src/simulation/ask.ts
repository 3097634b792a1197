import type { FlashSale } from "../flash-sale.js";
import type { Told } from "./answers.js";
import type { RunningProcess } from "./running-process.js";
import type { World } from "./world.js";

/** Asks a process for something, and hears of it once, whatever becomes of the process. */
export function ask<T>(
  { random }: World,
  { process, sale, reach }: RunningProcess,
  question: (sale: FlashSale) => Promise<T>,
  onEnd: (told: Told<T>) => void,
): void {
  let reached = false;

  const end = (told: Told<T>) => {
    if (!process.onDeath.delete(die)) return;
    if (reached) process.underWay -= 1;
    onEnd(told);
  };
  const die = () => end({ kind: "lost" });
  process.onDeath.add(die);

  reach(random.between(200, 3_000), () => {
    reached = true;
    process.underWay += 1;
    question(sale).then(
      (answer) => process.alive && end({ kind: "told", answer }),
      (fault: unknown) => process.alive && end({ kind: "thrown", fault }),
    );
  });
}
