import type pg from "pg";

/** Who got a unit: as which of all arrivals, and as which order. */
export interface Winner {
  readonly arrival: number;
  readonly number: number;
}

/** The buyers' names end in their place among the arrivals. */
export const winnersOf = async (pool: pg.Pool, productId: string): Promise<Winner[]> => {
  const ask = `SELECT user_id AS user, number FROM orders WHERE product_id = $1 AND status = 'confirmed' ORDER BY number`;
  const { rows } = await pool.query<{ user: unknown; number: unknown }>(ask, [productId]);
  return rows.map(({ user, number }) => {
    const arrival = Number(String(user).split("-").at(-1));
    const winner = { arrival, number: Number(number) };
    if (!Number.isInteger(winner.arrival) || !Number.isInteger(winner.number))
      throw new Error(`order ${String(number)} of ${String(user)} says nothing of an arrival`);
    return winner;
  });
};
