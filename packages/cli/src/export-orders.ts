import type { Order, OrderPages, Product } from "@flash-sale/core";
import { tokens } from "@flash-sale/http-koa";
import { everyProduct } from "./every-product.js";
import { EXIT, type ExitCode } from "./exit-code.js";
import type { Globals } from "./globals.js";
import { csv, jsonArray, ndjson } from "./order-formats.js";
import { noProduct } from "./products.js";
import { requireSchema } from "./required-stores.js";
import { run, type Session } from "./run.js";
import { keepHeapSmall } from "./small-heap.js";
import { countOf } from "./terminal/count.js";
import type { Progress } from "./terminal/progress.js";
import { toFile, toStdout } from "./whole-file.js";

/** Larger ones are no faster, and what is in use at a time is larger. */
const PAGE = 500;

interface ExportArguments extends Globals {
  readonly productId: string | undefined;
  readonly format: "csv" | "ndjson";
  /** Undefined: stdout. */
  readonly out: string | undefined;
}

/** Streams orders in keyset pages: no snapshot is kept for longer than one, and no more than one is in memory. */
export function exportOrders(argv: ExportArguments): Promise<void> {
  keepHeapSmall();
  return run(argv.json, async (session) => {
    await requireSchema(session);
    return stream(session, argv);
  });
}

async function stream(session: Session, { productId, format, out }: ExportArguments): Promise<ExitCode> {
  const { wired, output, interrupted } = session;
  const products = await wired.get(tokens.products);
  const orderPages = await wired.get(tokens.orderPages);
  const one = productId === undefined ? null : await products.find(productId);
  if (productId !== undefined && one === null) throw noProduct(productId);
  const chosen = (): AsyncIterable<Product> | Iterable<Product> => (one === null ? everyProduct(products) : [one]);
  const style = output.json && out === undefined ? jsonArray : { csv, ndjson }[format];
  const progress = await followed(session, out, chosen);
  let count = 0;

  async function* text(): AsyncGenerator<string> {
    yield style.head;
    for await (const { id } of chosen()) {
      for await (const page of pagesOf(orderPages, id)) {
        yield page.map((order) => style.line(order, count++)).join("");
        progress.add(unitsOf(page));
      }
    }
    yield style.tail;
  }

  try {
    if (out === undefined) {
      await toStdout(text(), interrupted);
      return EXIT.DONE;
    }
    await session.whole(() => toFile(out, text(), interrupted));
  } finally {
    progress.stop();
  }
  output.say(`${countOf(count)} orders in ${out}`);
  output.document({ orders: count, format, out });
  return EXIT.DONE;
}

/** Units, since nobody counts the orders: what a product has sold stands in its ledger. */
async function followed(
  { output }: Session,
  out: string | undefined,
  chosen: () => AsyncIterable<Product> | Iterable<Product>,
): Promise<Progress> {
  // Orders that scroll by on the same terminal say enough.
  if (!output.terminal || (out === undefined && process.stdout.isTTY))
    return { add: () => undefined, stop: () => undefined };
  let units = 0;
  for await (const { committed } of chosen()) units += committed;
  return output.progress("units", units);
}

function unitsOf(page: readonly Order[]): number {
  return page.reduce((sum, { status, quantity }) => (status === "confirmed" ? sum + quantity : sum), 0);
}

async function* pagesOf(orderPages: OrderPages, productId: string): AsyncGenerator<readonly Order[]> {
  for (let after = 0; ;) {
    const page = await orderPages.orders(productId, after, PAGE);
    if (page.length > 0) yield page;
    if (page.length < PAGE) return;
    after = page.at(-1)?.number ?? after;
  }
}
