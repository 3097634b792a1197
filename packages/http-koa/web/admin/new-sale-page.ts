import { element } from "../shared/element.js";
import type { AdminProduct } from "../shared/views.js";
import { hrefOf } from "./routes.js";
import { createSaleForm } from "./sale-form.js";
import type { Session } from "./session.js";
import { nothingToEnd, type View } from "./view.js";

/** Puts a sale on, and goes to it. */
export function newSaleView({ call }: Session): View {
  const heading = element("h1", {}, "Put a sale on");
  const form = createSaleForm({
    product: null,
    word: "Put it on sale",
    send: (body) => call<AdminProduct>("/admin/products", { method: "POST", body }),
    onSaved: ({ id }) => {
      location.hash = hrefOf({ kind: "sale", id });
      return "The sale is on.";
    },
  });
  const back = element("a", { class: "back", href: hrefOf({ kind: "sales" }) }, "All sales");
  const node = element("div", { class: "narrow" }, back, heading, element("div", { class: "card block" }, form));
  return { node, heading, close: nothingToEnd };
}
