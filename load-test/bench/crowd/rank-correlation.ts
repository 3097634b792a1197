/** The rank of each value among all, the smallest first. */
const ranks = (values: readonly number[]): number[] => {
  const sorted = values.map((value, index) => ({ value, index })).toSorted((a, b) => a.value - b.value);
  const ranked = Array.from<number>({ length: values.length });
  for (const [rank, { index }] of sorted.entries()) ranked[index] = rank;
  return ranked;
};

/**
 * Spearman's coefficient of values that are all different: 1 where both orders are the same, 0 where one says nothing of the other,
 * -1 where one is the other's reverse.
 */
export const rankCorrelation = (pairs: readonly (readonly [number, number])[]): number => {
  const [first, second] = [ranks(pairs.map(([a]) => a)), ranks(pairs.map(([, b]) => b))];
  const squares = first.reduce((sum, rank, index) => sum + (rank - (second[index] ?? 0)) ** 2, 0);
  const n = pairs.length;
  return 1 - (6 * squares) / (n * (n * n - 1));
};
