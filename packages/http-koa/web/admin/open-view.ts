import type { AdminProduct } from "../shared/views.js";
import { failedView } from "./failed-page.js";
import { newSaleView } from "./new-sale-page.js";
import { ordersView } from "./orders-page.js";
import type { Route } from "./routes.js";
import { saleView } from "./sale-page.js";
import { salesView } from "./sales-list.js";
import type { Session } from "./session.js";
import type { View } from "./view.js";

/** `again`: one wants to try it once more. */
export async function openView(session: Session, route: Route, again: () => void): Promise<View> {
  switch (route.kind) {
    case "sales":
      return salesView(session);
    case "new-sale":
      return newSaleView(session);
    case "orders":
      return ordersView(session, route);
    case "sale": {
      const answer = await session.call<AdminProduct>(`/admin/products/${encodeURIComponent(route.id)}`);
      return answer.ok ? saleView(session, answer.data) : failedView(answer.error, again);
    }
  }
}
