import { AsyncLocalStorage } from "node:async_hooks";
import type { Admission, FlashSale, PurchaseOutcome, PurchaseRequest } from "@flash-sale/core";
import { writeEvent } from "./events.js";
import type { FaultPlan } from "./faulty-ports.js";

/** One purchase: what it was admitted with, and whether it was shed. */
interface Course {
  readonly held: string[];
  shed: boolean;
}

/** Tells of purchases whose holds nobody stands up for: who is shed must hold nothing; what is given up is the reaper's. */
export const watchPlaces = ({ events, node }: Pick<FaultPlan, "events" | "node">) => {
  const courses = new AsyncLocalStorage<Course>();

  async function watched(purchase: FlashSale["purchase"], request: PurchaseRequest): Promise<PurchaseOutcome> {
    const course = courses.getStore() ?? { held: [], shed: false };
    const tell = (kind: "shed" | "left"): void => {
      if (course.held.length > 0) writeEvent(events, node, { kind, ids: course.held });
    };
    try {
      const outcome = await purchase(request);
      course.shed = outcome.kind === "overloaded";
      if (course.shed) tell("shed");
      if (outcome.kind === "unavailable") tell("left");
      return outcome;
    } catch (fault) {
      tell("left");
      throw fault;
    }
  }

  return {
    sale: (sale: FlashSale): FlashSale => ({
      ...sale,
      purchase: (request) => courses.run({ held: [], shed: false }, () => watched(sale.purchase, request)),
    }),
    admission: (admission: Admission): Admission => ({
      async admit(request) {
        const answer = await admission.admit(request);
        const course = courses.getStore();
        if (course && (answer.kind === "held" || answer.kind === "already-held")) {
          course.held.push(request.reservationId);
          // Nobody waited for the admission.
          if (course.shed) writeEvent(events, node, { kind: "shed", ids: [request.reservationId] });
        }
        return answer;
      },
      confirm: (...args) => admission.confirm(...args),
      release: (...args) => admission.release(...args),
    }),
  };
};
