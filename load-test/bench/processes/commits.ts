import pg from "pg";

/** The transactions that wrote a product's orders, counted by the rows' own marks: no statistics, which come late. */
export const countCommits = async (databaseUrl: string, productId: string): Promise<number> => {
  const client = new pg.Client({ connectionString: databaseUrl, query_timeout: 60_000 });
  await client.connect();
  try {
    const { rows } = await client.query<{ commits: unknown }>(
      "SELECT count(DISTINCT xmin::text) AS commits FROM orders WHERE product_id = $1",
      [productId],
    );
    return Number(rows[0]?.commits);
  } finally {
    await client.end();
  }
};
