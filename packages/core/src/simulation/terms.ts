import type { ChangeCall, SaleFacts } from "./history.js";

/** What a term of a sale may have been, by what clients asked for and heard. */
export interface PossibleTerm {
  /** Values that the ledger may have had at an instant between these. */
  between(fromMs: number, untilMs: number): readonly number[];
  /** Values that the inventory, which follows behind, may have had by then. */
  by(untilMs: number): readonly number[];
}

interface Value {
  readonly value: number;
  readonly askedAtMs: number;
  readonly answeredAtMs: number;
  readonly isCertain: boolean;
}

function possibleTerm(
  first: number,
  field: "totalQuantity" | "perUserLimit",
  changes: readonly ChangeCall[],
): PossibleTerm {
  const values: Value[] = [{ value: first, askedAtMs: -Infinity, answeredAtMs: -Infinity, isCertain: true }];
  for (const { askedAtMs, answeredAtMs, answer, [field]: value } of changes) {
    if (value === null || answer === "refused") continue;
    values.push({ value, askedAtMs, answeredAtMs, isCertain: answer === "changed" });
  }
  /** Another value stood for certain after this one, from this instant on at the latest. */
  const goneAtMs = values.map((one) =>
    one.isCertain
      ? Math.min(
          ...values
            .filter((later) => later.isCertain && later.askedAtMs > one.answeredAtMs)
            .map((later) => later.answeredAtMs),
        )
      : Infinity,
  );
  if (values.length === 1) return { between: () => [first], by: () => [first] };
  return {
    between: (fromMs, untilMs) =>
      values.flatMap(({ value, askedAtMs }, index) =>
        askedAtMs <= untilMs && (goneAtMs[index] ?? Infinity) >= fromMs ? [value] : [],
      ),
    by: (untilMs) => values.flatMap(({ value, askedAtMs }) => (askedAtMs <= untilMs ? [value] : [])),
  };
}

export interface PossibleTerms {
  readonly total: PossibleTerm;
  readonly limit: PossibleTerm;
}

export function possibleTerms(sale: SaleFacts, changes: readonly ChangeCall[]): PossibleTerms {
  return {
    total: possibleTerm(sale.totalQuantity, "totalQuantity", changes),
    limit: possibleTerm(sale.perUserLimit, "perUserLimit", changes),
  };
}
