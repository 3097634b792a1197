import { fileURLToPath } from "node:url";
import { startNode } from "../../servers/node-process.js";

/** Runs a load generator to its end, and answers what it printed. Throws where it fails, or has not ended in time. */
export const generate = async (script: string, order: object, timeoutMs: number): Promise<string> => {
  await using generator = await startNode({
    script: fileURLToPath(new URL(`./${script}`, import.meta.url)),
    args: [JSON.stringify(order)],
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => (timer = setTimeout(resolve, timeoutMs, null)));
  const end = await Promise.race([generator.ended(), late]);
  clearTimeout(timer);
  if (end === null)
    throw new Error(`the load had not ended after ${String(timeoutMs)} ms; whom it asks may answer no more`);
  if (end.code !== 0) throw new Error(`the load generator failed:\n${generator.output()}`);
  return generator.output();
};
