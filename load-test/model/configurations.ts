/** One size of the model: each is explored whole. What is in it stands in purchase.pml under its name. */
export interface Configuration {
  readonly name: string;
  readonly about: string;
}

export const CONFIGURATIONS: readonly Configuration[] = [
  {
    name: "COMMITS",
    about:
      "the last unit, two buyers, three requests (two with one id), two reapers; 3 faults of processes and commits",
  },
  { name: "LIMITS", about: "one buyer, three reservations, limit 2, total 2; 1 fault, 1 loss" },
  { name: "KEYS", about: "two requests of one key with two attempts each, another purchase of that buyer; 2 faults" },
  { name: "HERD", about: "three requests notice one loss: one rebuild an incident; 1 fault, 1 loss" },
  {
    name: "REBUILDS",
    about:
      "Redis loses all or a key, goes back and comes again, noticed; rebuilds fail or load late; 2 faults, 2 losses",
  },
  { name: "OLD_STOCK", about: "Redis goes back unnoticed, total 1, three reservations; 1 fault, 1 loss" },
  { name: "OLD_BUYERS", about: "Redis goes back unnoticed, total 2, limit 1, three reservations; 1 fault, 1 loss" },
  {
    name: "CANCELS",
    about: "an order is cancelled, its buyer buys again, buyers are taught; three requests; 1 fault, 1 loss",
  },
  { name: "LESSONS", about: "the same with two requests and the loss alone" },
  { name: "CHANGES", about: "two orders are cancelled, two follow the ledger, two reapers; 2 faults" },
  { name: "SMALL", about: "two buyers, the last unit; 1 fault, 2 losses: what CI explores" },
];

/** Explored once more, for whether every run ends: nobody goes round for ever, whatever the order. */
export const ENDINGS = ["SMALL", "COMMITS"] as const;

export interface Guard {
  /** Defined, it takes the guard out of the model. */
  readonly name: string;
  readonly configuration: string;
  readonly about: string;
  /** What the search must find violated; null: nothing, as something else stands behind this guard. */
  readonly violates: string | null;
}

export const GUARDS: readonly Guard[] = [
  {
    name: "NO_VOID_BEFORE_RELEASE",
    configuration: "COMMITS",
    about: "the reaper writes a void before it releases",
    violates: "I6",
  },
  {
    name: "READ_INSTEAD_OF_REWRITE",
    configuration: "COMMITS",
    about: "a commit whose end is unknown is written again, not read",
    violates: "I4",
  },
  {
    name: "RELEASE_TWICE",
    configuration: "COMMITS",
    about: "only that very reservation's hold is released",
    violates: "I2",
  },
  {
    name: "NO_OWN_RESULT",
    configuration: "COMMITS",
    about: "admission looks for this id's own earlier result first",
    violates: "I4",
  },
  {
    name: "VOID_OVER_ORDER",
    configuration: "COMMITS",
    about: "a void is written only where no row stands",
    violates: "I4",
  },
  {
    name: "COUNT_WHAT_WAS_ASKED",
    configuration: "COMMITS",
    about: "`committed` grows by what was written, not by what was asked",
    violates: "I1",
  },
  {
    name: "CONFIRM_ANY_HOLD",
    configuration: "LIMITS",
    about: "only that very reservation's hold is confirmed",
    violates: "I2",
  },
  { name: "LIMIT_IGNORES_HOLDS", configuration: "LIMITS", about: "a buyer has one live hold at most", violates: "I2" },
  { name: "NO_EPOCH_CHECK", configuration: "SMALL", about: "a commit checks the epoch", violates: "I2" },
  {
    name: "COMMIT_PASSES_LOCK",
    configuration: "SMALL",
    about: "a commit waits for the rebuild's lock",
    violates: "I2",
  },
  {
    name: "EPOCH_GIVEN_TWICE",
    configuration: "SMALL",
    about: "no epoch is given twice (decision 0007)",
    violates: "I2",
  },
  {
    name: "LOCK_OUTLIVES_HOLDER",
    configuration: "SMALL",
    about: "the ledger's lock goes with the process that has it",
    violates: "I5",
  },
  {
    name: "NO_REPLICATION_ID",
    configuration: "REBUILDS",
    about: "the Redis that answers is the one that was loaded",
    violates: "I2",
  },
  {
    name: "LOAD_AFTER_COMMIT",
    configuration: "HERD",
    about: "a rebuild loads before it commits",
    violates: "one rebuild",
  },
  {
    name: "NO_SECOND_LOOK",
    configuration: "HERD",
    about: "a rebuild looks again under the lock, and leaves a mended inventory alone",
    violates: "one rebuild",
  },
  { name: "NO_LEDGER_CAP", configuration: "OLD_STOCK", about: "the ledger has the total", violates: "I1" },
  { name: "NO_LEDGER_LIMIT", configuration: "OLD_BUYERS", about: "the ledger has the limit", violates: "I3" },
  {
    name: "COUNT_BEFORE_LOCK",
    configuration: "OLD_STOCK",
    about: "orders are counted in a statement after the lock",
    violates: "I1",
  },
  { name: "NO_TEACHING", configuration: "LESSONS", about: "a buyer who is not known is taught first", violates: "I2" },
  { name: "TEACH_OVER_KNOWN", configuration: "LESSONS", about: "who is known is not taught again", violates: "I2" },
  {
    name: "TEACH_AFTER_CHANGE",
    configuration: "LESSONS",
    about: "what was read before a change is not taught after it (decision 0011)",
    violates: "I2",
  },
  {
    name: "RELEASE_CANCELLED",
    configuration: "LESSONS",
    about: "the hold of a cancelled order is never released (decision 0011)",
    violates: "I6",
  },
  {
    name: "APPLY_TWICE",
    configuration: "CHANGES",
    about: "change r + 1 is applied only at revision r",
    violates: "I2",
  },
  {
    name: "KEY_FORGETS_ATTEMPTS",
    configuration: "KEYS",
    about: "a refused key looks for the order and the hold of its other attempts",
    violates: "I4",
  },
  {
    name: "LOAD_GOES_BACK",
    configuration: "SMALL",
    about: "a load refuses to go back to an earlier epoch",
    violates: null,
  },
];

/** What the protocol does not promise: with nothing taken out the search finds it. */
export interface Limit {
  readonly name: string;
  readonly about: string;
  readonly violates: string;
}

export const LIMITS: readonly Limit[] = [
  {
    name: "OLD_RETRY",
    about: "Redis goes back unnoticed, and a request comes again with its id: told sold out, though its order stands",
    violates: "I4",
  },
];
