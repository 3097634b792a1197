import { open } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "../../servers/leftovers.js";
import { runCommand } from "../command.js";

export interface ExportCost {
  readonly rows: number;
  readonly seconds: number;
  readonly peakBytes: number;
  readonly fileBytes: number;
}

const NEWLINE = 10;
const CHUNK_BYTES = 1 << 20;

/** Has the CLI export all orders of a product as CSV. Throws where the file does not hold each of them, and a head. */
export const exportOrders = async (
  { productId, orders }: { productId: string; orders: number },
  env: Record<string, string>,
): Promise<ExportCost> => {
  const folder = await temporaryFolder("export");
  try {
    const out = join(folder.path, "orders.csv");
    const { seconds, peakBytes } = await runCommand(["orders", "export", productId, "--out", out], env);
    const { lines, fileBytes } = await measureFile(out);
    if (lines !== orders + 1)
      throw new Error(`${String(orders)} orders, and ${String(lines - 1)} lines of them exported`);
    return { rows: orders, seconds, peakBytes, fileBytes };
  } finally {
    folder.remove();
  }
};

const measureFile = async (path: string): Promise<{ lines: number; fileBytes: number }> => {
  const file = await open(path);
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    let lines = 0;
    let fileBytes = 0;
    for (;;) {
      const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES);
      if (bytesRead === 0) return { lines, fileBytes };
      fileBytes += bytesRead;
      const read = chunk.subarray(0, bytesRead);
      for (let at = read.indexOf(NEWLINE); at >= 0; at = read.indexOf(NEWLINE, at + 1)) lines += 1;
    }
  } finally {
    await file.close();
  }
};
