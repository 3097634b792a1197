import { element } from "../shared/element.js";
import { count } from "../shared/format.js";
import { ordersCsv } from "./csv-download.js";
import type { OrderSearch } from "./routes.js";
import type { Session } from "./session.js";

export interface CsvPanel {
  readonly node: HTMLElement;
  search(search: OrderSearch): void;
  close(): void;
}

/** All orders of a search as a file, made here: the key is sent in a header, as no link could. */
export function createCsvPanel({ call }: Session, first: OrderSearch): CsvPanel {
  const said = element("p", { role: "status", class: "soft small" });
  const soFar = element("p", { class: "soft small figures", hidden: true });
  const button = element("button", { type: "button", class: "button" }, "Download CSV");
  let search = first;
  let underWay: AbortController | null = null;

  const download = async (): Promise<void> => {
    const stopping = (underWay = new AbortController());
    const wanted = search;
    button.textContent = "Stop";
    said.textContent = "Gathering the orders …";
    let orders = 0;
    const onProgress = (gathered: number): void => {
      orders = gathered;
      soFar.hidden = false;
      soFar.textContent = `${count(gathered)} so far`;
    };
    const outcome = await ordersCsv(call, wanted, { signal: stopping.signal, onProgress });
    underWay = null;
    soFar.hidden = true;
    button.textContent = "Download CSV";
    const told = orders === 1 ? "1 order" : `${count(orders)} orders`;
    switch (outcome.kind) {
      case "whole":
        save(outcome.file, nameOf(wanted));
        said.textContent = `Downloaded: ${told}.`;
        break;
      case "stopped":
        said.textContent = `Stopped after ${told}: nothing was downloaded.`;
        break;
      case "failed":
        said.textContent = `Nothing was downloaded: after ${told} ${outcome.error}`;
        break;
    }
  };
  button.addEventListener("click", () => {
    if (underWay === null) void download();
    else underWay.abort();
  });

  return {
    node: element("div", { class: "csv" }, said, soFar, button),
    search(wanted) {
      search = wanted;
    },
    close: () => underWay?.abort(),
  };
}

function nameOf({ productId, userId }: OrderSearch): string {
  const parts = ["orders", productId, userId.replace(/[^\w.@-]/g, "_")];
  return `${parts.filter((part) => part !== "").join("-")}.csv`;
}

function save(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  element("a", { href: address, download: name }).click();
  // Not at once: some browsers begin to read it only later.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
