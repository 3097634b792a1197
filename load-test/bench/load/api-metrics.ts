/** The API's own metrics by name, those without labels; one that several lines give stands with the last. */
export const readMetrics = async (port: number): Promise<ReadonlyMap<string, number>> => {
  const answer = await fetch(`http://127.0.0.1:${String(port)}/metrics`, { signal: AbortSignal.timeout(20_000) });
  if (!answer.ok) throw new Error(`/metrics answered ${String(answer.status)}`);
  const lines = (await answer.text()).split("\n").filter((line) => !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const [name = "", value] = line.split(" ");
      return [name, Number(value)];
    }),
  );
};

export const metric = (metrics: ReadonlyMap<string, number>, name: string): number => {
  const value = metrics.get(name);
  if (value === undefined) throw new Error(`the API's metrics have no ${name}`);
  return value;
};
