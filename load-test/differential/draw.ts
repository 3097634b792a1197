import { randomFrom, type Random } from "../faults/random.js";
import { drawDurable } from "./draw-durable.js";
import { drawHot } from "./draw-hot.js";
import { namesOf } from "./names.js";
import { PRODUCTS, type Operation, type Sequence, type Step } from "./operation.js";
import { perform } from "./perform.js";
import { createSpecification } from "./specification.js";
import { viewOf, type View } from "./view.js";

const FEWEST_STEPS = 20;
const MOST_STEPS = 36;
const STEPS_BETWEEN_GLANCES = 12;
const CHANCE_OF_A_SET = 0.2;
const MOST_AT_ONCE = 3;

/** Drawn against the specification, so that what is drawn is likely to mean something by then. The same seed, the same sequence. */
export async function drawSequence(seed: number): Promise<Sequence> {
  const random = randomFrom(seed);
  const admission = random.pick(["one script", "one script", "lock then hold", "none"] as const);
  const holds = random.chance(0.15) ? "over" : "long";
  const drawn: Omit<Sequence, "steps"> = { seed, admission, holds };
  const specification = createSpecification(holds);
  const names = namesOf(0, 1);
  const steps: Step[] = [];

  async function add(operations: readonly Operation[]): Promise<void> {
    for (const operation of operations) await perform(specification, names, operation);
    steps.push({ operations, through: random.pick(["one adapter", "several"] as const) });
  }

  const length = FEWEST_STEPS + random.below(MOST_STEPS - FEWEST_STEPS + 1);
  for (const opening of openingOf(random)) await add([opening(await viewOf(specification, names))]);
  while (steps.length < length) {
    const view = await viewOf(specification, names);
    const size = random.chance(CHANCE_OF_A_SET) ? 2 + random.below(MOST_AT_ONCE - 1) : 1;
    const operations = Array.from({ length: size }, () => drawOperation(random, view, drawn));
    const together = withIdsOfOneProduct(operations.filter((operation) => mayBeAtOnce(operation, drawn)));
    await add(together.length >= 2 ? together : operations.slice(0, 1));
    if (steps.length % STEPS_BETWEEN_GLANCES === 0) await add([{ kind: "glance" }]);
  }
  await add([{ kind: "look" }]);
  return { ...drawn, steps };
}

/** Most sequences begin as a sale does. */
function openingOf(random: Random): ((view: View) => Operation)[] {
  return PRODUCTS.flatMap((product) => {
    if (random.chance(0.1)) return [];
    return [
      (view: View) => drawDurable(random, view, "create", product),
      () => ({ kind: "with ledger" as const, product, steps: [{ step: "move" as const, epoch: 1 }], fails: false }),
      (view: View) => drawHot(random, view, "load", product),
      (view: View) => ({ kind: "finish teaching" as const, product, epoch: view[product].lastEpoch }),
    ].slice(0, random.chance(0.85) ? 4 : random.below(4));
  });
}

/** Each as often as it stands here. */
const times = <Kind extends string>(weights: Readonly<Record<Kind, number>>): readonly Kind[] =>
  (Object.keys(weights) as Kind[]).flatMap((kind) => Array<Kind>(weights[kind]).fill(kind));

const DURABLE = times({
  ...{ create: 1, "find product": 1, newest: 1, live: 1, page: 1, "project sold": 1 },
  ...{ commit: 7, void: 2, "find order": 1, "of buyer": 1, "with ledger": 2 },
  ...{ search: 1, "page of orders": 1, "page of buyers": 1 },
  ...{ change: 4, cancel: 3, "changes after": 2 },
});
const HOT = times({
  ...{ ask: 11, confirm: 3, release: 2, expired: 1, status: 1, audit: 1, buyers: 1 },
  ...{ load: 1, "last epoch": 1, teach: 2, "finish teaching": 1 },
  ...{ withhold: 2, apply: 4, acquire: 2, unlock: 1 },
});

function drawOperation(random: Random, view: View, { admission }: Omit<Sequence, "steps">): Operation {
  // The second product is there for ids and epochs that are another's.
  const product = random.chance(0.75) ? 0 : 1;
  const { lastEpoch, status } = view[product];
  if (random.chance(0.01)) return { kind: random.pick(["lose", "replication id changes"] as const) };
  if (status === null && random.chance(0.25)) return drawHot(random, view, "load", product);
  if (status?.buyersLoaded === false && random.chance(0.1))
    return { kind: "finish teaching", product, epoch: lastEpoch };
  if (random.chance(0.45)) return drawDurable(random, view, random.pick(DURABLE), product);
  const kind = random.pick(HOT);
  const locked = admission !== "none";
  switch (kind) {
    case "ask":
      return drawHot(random, view, locked ? "admit" : "hold", product);
    case "confirm":
    case "release":
      return drawHot(random, view, locked ? `admission ${kind}` : kind, product);
    default:
      return drawHot(random, view, kind, product);
  }
}

/** A new id that two products are sent at the very same moment may become an order of both: an id is made for one product. */
function withIdsOfOneProduct(operations: readonly Operation[]): Operation[] {
  const taken = new Map<number, number>();
  return operations.filter((operation) => {
    if (operation.kind !== "commit") return true;
    const { product, drafts } = operation;
    if (drafts.some(({ order }) => (taken.get(order) ?? product) !== product)) return false;
    for (const { order } of drafts) taken.set(order, product);
    return true;
  });
}

/**
 * Not at once with others: what happens to all of the hot store; a projection, which leaves rows to whoever has them at the moment;
 * an epoch that is given, since of two that ask at once one may skip a number; two steps that the core takes one after the other; and
 * holds that are told apart by their millisecond.
 */
function mayBeAtOnce(operation: Operation, { admission, holds }: Omit<Sequence, "steps">): boolean {
  switch (operation.kind) {
    case "lose":
    case "replication id changes":
    case "glance":
    case "look":
    case "project sold":
      return false;
    case "with ledger":
      return operation.steps.every(({ step }) => step !== "next");
    case "admit":
    case "admission confirm":
    case "admission release":
      return admission === "one script" && holds === "long";
    case "hold":
    case "withhold":
    case "expired":
      return holds === "long";
    case "acquire":
      return operation.user === null && holds === "long" && !operation.over;
    case "unlock":
      return operation.user === null;
    default:
      return true;
  }
}
