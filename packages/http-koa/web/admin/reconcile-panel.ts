import type { Answer, Refused } from "../shared/api.js";
import { element } from "../shared/element.js";
import { count } from "../shared/format.js";
import { confirmed } from "./confirm-dialog.js";
import { driftWords, repairWords, type Drift } from "./drift-words.js";
import type { Session } from "./session.js";

interface Report {
  readonly total: number;
  readonly committed: number;
  /** Null where no inventory is in service. */
  readonly available: number | null;
  readonly held: number | null;
  readonly drift: readonly Drift[];
}

/** A buyer's drift is a line each: of many the first tell enough. */
const LINES = 50;

/** Looks for drift; what is found is shown, with what a repair would do, before anything is repaired. */
export function createReconcilePanel({ call }: Session, productId: string): HTMLElement {
  const result = element("div", { role: "status", class: "reconcile-result" });
  const look = element("button", { type: "button", class: "button" }, "Look for drift");
  const repair = element("button", { type: "button", class: "button danger", hidden: true }, "Repair");
  let underWay = false;

  const ask = (fix: boolean): Promise<Answer<Report>> =>
    call<Report>(`/admin/products/${productId}/reconcile`, { method: "POST", body: { fix } });

  /** One at a time; `before` is said above what is found. */
  const lookFor = async (before: string): Promise<void> => {
    result.replaceChildren(element("p", { class: "soft" }, "Comparing inventory and ledger …"));
    const answer = await ask(false);
    repair.hidden = !answer.ok || answer.data.drift.length === 0;
    const said = before === "" ? [] : [element("p", {}, before)];
    result.replaceChildren(...said, ...(answer.ok ? found(answer.data) : [failed(answer)]));
  };
  const mend = async (): Promise<void> => {
    const isSure = await confirmed({
      title: "Repair the drift?",
      text: "What is found by then is repaired. Orders are never changed: the ledger is right.",
      yes: "Repair",
    });
    if (!isSure) return;
    const answer = await ask(true);
    if (!answer.ok) result.replaceChildren(failed(answer));
    // Looked at again, not assumed.
    else await lookFor(repaired(answer.data.drift.length));
    look.focus();
  };
  const alone = (work: () => Promise<void>) => (): void => {
    if (underWay) return;
    underWay = true;
    void work().finally(() => (underWay = false));
  };
  look.addEventListener(
    "click",
    alone(() => lookFor("")),
  );
  repair.addEventListener("click", alone(mend));

  return element(
    "section",
    { class: "card block", "aria-labelledby": "reconcile" },
    element("h2", { id: "reconcile" }, "Reconcile"),
    element(
      "p",
      { class: "soft" },
      "Compares the inventory with the orders while the sale goes on. Looking changes nothing.",
    ),
    result,
    element("div", { class: "actions" }, look, repair),
  );
}

function found(report: Report): HTMLElement[] {
  const { drift } = report;
  if (drift.length === 0) return [element("p", { class: "notice good" }, `No drift. ${figuresOf(report)}`)];
  const rows = drift.slice(0, LINES).map((one) => {
    const words = driftWords(one);
    const figures = [words.expected, words.found].map((figure) => element("td", { class: "number" }, figure));
    return element("tr", {}, element("th", { scope: "row" }, words.what), ...figures);
  });
  const heads = ["What", "By the ledger", "Found"].map((word) => element("th", { scope: "col" }, word));
  const table = element(
    "table",
    { class: "drift figures" },
    element("caption", { class: "visually-hidden" }, "Drift"),
    element("thead", {}, element("tr", {}, ...heads)),
    element("tbody", {}, ...rows),
  );
  const more =
    drift.length > LINES ? [element("p", { class: "soft" }, `And ${count(drift.length - LINES)} more.`)] : [];
  return [
    element("p", { class: "notice warn" }, `Drift found. ${figuresOf(report)}`),
    element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Table of drift" }, table),
    ...more,
    element("h3", {}, "What a repair would do"),
    element("ul", { class: "plain" }, ...repairWords(drift).map((sentence) => element("li", {}, sentence))),
  ];
}

function figuresOf({ total, committed, available, held }: Report): string {
  const ledger = `By the ledger ${count(committed)} of ${count(total)} units are sold`;
  if (available === null || held === null) return `${ledger}; no inventory is in service.`;
  return `${ledger}; in the inventory ${count(available)} are available and ${count(held)} held.`;
}

function repaired(lines: number): string {
  if (lines === 0) return "There was nothing to repair any more.";
  return lines === 1 ? "Repaired: 1 line of drift." : `Repaired: ${count(lines)} lines of drift.`;
}

function failed({ code, error }: Refused): HTMLElement {
  // A product with millions of orders takes longer than a page waits.
  const way = code === "UNREACHABLE" ? " Of a very large sale, reconcile with: flash-sale reconcile." : "";
  return element("p", { class: "notice bad" }, `${error}${way}`);
}
