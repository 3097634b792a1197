import { withholder, type Cancellation, type Change, type TermsChange } from "../change.js";
import type { ApplyAnswer, WithholdAnswer, WithholdRequest } from "../ports/inventory-changes.js";
import { endHolds, type Stock } from "./stock.js";

/** What withhold.lua does. */
export function withhold(stock: Stock, request: WithholdRequest, nowMs: number, ttlMs: number): WithholdAnswer {
  const { productId, epoch, changeId, units } = request;
  const userId = withholder(changeId);
  const standing = stock.holds.get(userId);
  if (standing) return { kind: "withheld", reservation: standing };
  if (stock.terms.revision !== request.revision) return { kind: "other-revision" };
  const { available, held, purchased } = stock;
  if (available < units) return { kind: "too-few", available, held, purchased };

  const times = { admittedAtMs: nowMs, deadlineMs: nowMs + ttlMs };
  const { priceMinor } = stock.terms;
  const reservation = {
    id: changeId,
    productId,
    epoch,
    userId,
    quantity: units,
    priceMinor,
    fingerprint: "",
    ...times,
  };
  stock.holds.set(userId, reservation);
  stock.available -= units;
  stock.held += units;
  return { kind: "withheld", reservation };
}

/** What apply.lua does. */
export function apply(stock: Stock, change: Change): ApplyAnswer {
  const { revision } = stock.terms;
  if (change.revision <= revision) return { kind: "applied-before" };
  if (change.revision > revision + 1) return { kind: "too-early" };
  const before = stock.available;
  const applied = change.kind === "terms" ? applyTerms(stock, change) : applyCancellation(stock, change);
  return applied ? { kind: "applied", before, after: stock.available } : { kind: "contradicted" };
}

function applyTerms(stock: Stock, { id, terms, revision }: TermsChange): boolean {
  const withheld = stock.holds.get(withholder(id))?.quantity ?? 0;
  const available = stock.available + withheld + terms.totalQuantity - stock.terms.totalQuantity;
  if (available < 0) return false;
  stock.holds.delete(withholder(id));
  stock.held -= withheld;
  stock.available = available;
  stock.terms = { ...terms, revision };
  return true;
}

function applyCancellation(stock: Stock, { id, userId, units, revision }: Cancellation): boolean {
  const isHeld = stock.holds.get(userId)?.id === id;
  if (!isHeld && stock.purchased < units) return false;
  if (isHeld) endHolds(stock, [{ id, userId }]);
  else stock.purchased -= units;
  stock.available += units;
  stock.terms = { ...stock.terms, revision };
  // Of a buyer who is not known yet nothing is noted: who teaches them reads the cancelled order.
  const known = stock.buyers.get(userId) ?? (stock.buyersLoaded ? [] : null);
  if (known) stock.buyers.set(userId, [...known.filter((order) => order.id !== id), { id, units: 0 }]);
  return true;
}
