import type { Order, OrderPages } from "@flash-sale/core";
import { tokens } from "@flash-sale/http-koa";
import { everyProduct } from "./every-product.js";
import { EXIT, type ExitCode } from "./exit-code.js";
import { csv, jsonArray, ndjson } from "./order-formats.js";
import { noProduct } from "./products.js";
import type { Session } from "./run.js";
import { toFile, toStdout } from "./whole-file.js";

/** Larger ones are no faster, and what is in use at a time is larger. */
const PAGE = 500;

export interface ExportOptions {
  readonly productId: string | undefined;
  readonly format: "csv" | "ndjson";
  /** Undefined: stdout. */
  readonly out: string | undefined;
}

/** Streams orders in keyset pages: no snapshot is kept for longer than one, and no more than one is in memory. */
export async function exportOrders(session: Session, { productId, format, out }: ExportOptions): Promise<ExitCode> {
  const { wired, output, interrupted } = session;
  const products = await wired.get(tokens.products);
  const orderPages = await wired.get(tokens.orderPages);
  if (productId !== undefined && (await products.find(productId)) === null) throw noProduct(productId);
  const style = output.json && out === undefined ? jsonArray : { csv, ndjson }[format];
  const progress = output.progress("orders", null);
  let count = 0;

  async function* text(): AsyncGenerator<string> {
    yield style.head;
    for await (const id of productId === undefined ? everyProduct(products) : [productId]) {
      for await (const page of pagesOf(orderPages, id)) {
        yield page.map((order) => style.line(order, count++)).join("");
        progress.add(page.length);
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
  output.say(`${count} orders in ${out}`);
  output.document({ orders: count, format, out });
  return EXIT.DONE;
}

async function* pagesOf(orderPages: OrderPages, productId: string): AsyncGenerator<readonly Order[]> {
  for (let after = 0; ;) {
    const page = await orderPages.orders(productId, after, PAGE);
    if (page.length > 0) yield page;
    if (page.length < PAGE) return;
    after = page.at(-1)?.number ?? after;
  }
}
