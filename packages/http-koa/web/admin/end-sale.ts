import { element } from "../shared/element.js";
import { serverNowMs } from "../shared/server-clock.js";
import type { AdminProduct } from "../shared/views.js";
import { confirmed } from "./confirm-dialog.js";
import type { Session } from "./session.js";

export interface EndSale {
  readonly button: HTMLElement;
  readonly said: HTMLElement;
  show(product: AdminProduct): void;
}

/** Ends an open sale: its end becomes now, by the server's clock. */
export function createEndSale({ call }: Session, first: AdminProduct): EndSale {
  const button = element("button", { type: "button", class: "button danger" }, "End now");
  const said = element("p", { role: "status", class: "soft" });
  const end = async (): Promise<void> => {
    const isSure = await confirmed({
      title: "End this sale now?",
      text: "Nobody can buy any more. Orders stay as they are. A later end opens the sale again.",
      yes: "End the sale",
      no: "Let it go on",
    });
    if (!isSure) return;
    const saleEndAt = new Date(serverNowMs()).toISOString();
    const answer = await call<AdminProduct>(`/admin/products/${first.id}`, { method: "PATCH", body: { saleEndAt } });
    said.textContent = answer.ok ? "The sale is ended." : `The sale is not known to be ended: ${answer.error}`;
  };
  button.addEventListener("click", () => void end());
  return {
    button,
    said,
    show({ status }) {
      button.hidden = status === "upcoming" || status === "ended";
    },
  };
}
