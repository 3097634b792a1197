import type {
  ApplyAnswer,
  ChangeAnswer,
  CommitAnswer,
  HoldAnswer,
  HoldRefusal,
  WithholdAnswer,
} from "@flash-sale/core";
import type { Operation } from "./operation.js";

/** What an answer is, in a few words: one for each kind that its port has. Of a list of answers one each. */
export function kindsOf(operation: Operation, answer: unknown): string[] {
  if (isRecord(answer) && typeof answer.fault === "string") return [answer.fault];
  switch (operation.kind) {
    case "commit":
      return list(answer).map((one) =>
        one.kind === "order" ? (one.created === true ? "created" : "stands") : words(one),
      );
    case "void":
      return Array.isArray(answer) ? answer.map(String) : [];
    case "hold":
    case "admit":
    case "change":
    case "withhold":
      return [isRecord(answer) ? words(answer) : "none"];
    case "apply":
      return [`${operation.change.kind} ${isRecord(answer) ? words(answer) : "none"}`];
    case "with ledger":
      return isRecord(answer) ? ledgerKinds(operation, answer) : [];
    case "buyers":
      return answer === null
        ? ["none"]
        : list(answer).flatMap(({ orders, holds }) => [
            orders === null ? "unknown" : "known",
            ...(holds === null ? [] : ["holds"]),
          ]);
    case "changes after":
      return list(answer).length === 0 ? ["none"] : list(answer).map(({ kind }) => String(kind));
    case "find order":
      return [isRecord(answer) ? String(answer.status) : "none"];
    case "release":
    case "admission release":
      return [isRecord(answer) && answer.before !== answer.after ? "units back" : "nothing back"];
    case "load":
    case "teach":
      return [String(answer)];
    case "acquire":
      return [answer === true ? "granted" : answer === false ? "taken" : String(answer)];
    case "last epoch":
    case "project sold":
      return [answer === 0 ? "none" : "some"];
    default:
      return [
        answer === undefined
          ? "done"
          : answer === null || (Array.isArray(answer) && answer.length === 0)
            ? "none"
            : "some",
      ];
  }
}

function ledgerKinds(
  { steps }: Extract<Operation, { kind: "with ledger" }>,
  { outcome, seen }: Record<string, unknown>,
): string[] {
  if (outcome === null) return ["none"];
  const fault = isRecord(outcome) && typeof outcome.fault === "string" ? outcome.fault : "carried out";
  const done = Array.isArray(seen) ? steps.slice(0, seen.length - 1).map(({ step }) => step) : [];
  return [fault, ...done];
}

function words({ kind, reason, cause }: Record<string, unknown>): string {
  return [kind, reason, cause].filter((word) => typeof word === "string").join(" ");
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const list = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.filter(isRecord) : []);

/** A new answer of a port is a compile error until it stands here, and a red run until it was seen. */
const REFUSALS: Readonly<Record<HoldRefusal, true>> = {
  "exceeds-limit": true,
  "not-started": true,
  ended: true,
  "price-changed": true,
  "in-progress": true,
  "limit-reached": true,
  "sold-out": true,
};
const HOLDS: Readonly<Record<Exclude<HoldAnswer["kind"], "refused">, true>> = {
  "not-in-service": true,
  "unknown-buyer": true,
  "already-ordered": true,
  held: true,
  "already-held": true,
};
const COMMITS: Readonly<Record<Exclude<CommitAnswer["kind"], "order" | "void">, true>> = {
  conflict: true,
  "epoch-moved": true,
};
const VOIDED: Readonly<Record<Extract<CommitAnswer, { kind: "void" }>["cause"], true>> = {
  standing: true,
  limit: true,
  total: true,
};
const CHANGED: Readonly<Record<ChangeAnswer["kind"], true>> = {
  changed: true,
  void: true,
  moved: true,
  "total-too-low": true,
  "no-window": true,
};
const WITHHELD: Readonly<Record<WithholdAnswer["kind"], true>> = {
  withheld: true,
  "too-few": true,
  "other-revision": true,
  "not-in-service": true,
};
const APPLIED: Readonly<Record<ApplyAnswer["kind"], true>> = {
  applied: true,
  "applied-before": true,
  "too-early": true,
  contradicted: true,
  "not-in-service": true,
};

const of = (kinds: Readonly<Record<string, true>>, prefix = ""): string[] =>
  Object.keys(kinds).map((kind) => `${prefix}${kind}`);
const held = [...of(HOLDS), ...of(REFUSALS, "refused ")];
const FOUND = ["some", "none"];

/** Every kind of answer of every operation. */
export const WANTED: Readonly<Record<Operation["kind"], readonly string[]>> = {
  create: ["done"],
  "find product": FOUND,
  newest: FOUND,
  live: FOUND,
  page: FOUND,
  "project sold": FOUND,
  commit: ["created", "stands", ...of(COMMITS), ...of(VOIDED, "void "), "StoreRejected"],
  void: ["void", "changed", "confirmed", "cancelled", "StoreRejected"],
  "find order": ["confirmed", "cancelled", "none"],
  "of buyer": FOUND,
  "with ledger": ["carried out", "RolledBack", "StoreRejected", "none", "next", "move", "confirmed"],
  search: FOUND,
  "page of orders": FOUND,
  "page of buyers": FOUND,
  change: [...of(CHANGED), "none"],
  cancel: FOUND,
  "changes after": ["terms", "cancel", "none"],
  hold: held,
  admit: held,
  confirm: ["done"],
  "admission confirm": ["done"],
  release: ["units back", "nothing back"],
  "admission release": ["units back", "nothing back"],
  expired: FOUND,
  status: FOUND,
  audit: FOUND,
  buyers: ["known", "unknown", "holds", "none"],
  load: ["loaded", "refused"],
  "last epoch": FOUND,
  teach: ["taught", "behind", "not-in-service"],
  "finish teaching": ["done"],
  withhold: of(WITHHELD),
  apply: [...of(APPLIED, "terms "), ...of(APPLIED, "cancel ")],
  acquire: ["granted", "taken"],
  unlock: ["done"],
  lose: ["done"],
  "replication id changes": ["done"],
  glance: ["some"],
  look: ["some"],
};
