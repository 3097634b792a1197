/** Where in the console one is, as the address after `#` says it: reload, back and a shared link lead there again. */
export type Route =
  | { readonly kind: "sales" }
  | { readonly kind: "new-sale" }
  | { readonly kind: "sale"; readonly id: string }
  | ({ readonly kind: "orders" } & OrderSearch);

export interface OrderSearch {
  /** Empty: of all products, of all users. */
  readonly productId: string;
  readonly userId: string;
}

/** An address that leads nowhere leads to the list of sales. */
export function routeOf(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const [first = "", second = ""] = path.split("/");
  if (first === "sales" && second === "new") return { kind: "new-sale" };
  if (first === "sales" && second !== "") return { kind: "sale", id: decoded(second) };
  if (first !== "orders") return { kind: "sales" };
  const parameters = new URLSearchParams(query);
  return { kind: "orders", productId: parameters.get("productId") ?? "", userId: parameters.get("userId") ?? "" };
}

export function hrefOf(route: Route): string {
  switch (route.kind) {
    case "sales":
      return "#/sales";
    case "new-sale":
      return "#/sales/new";
    case "sale":
      return `#/sales/${encodeURIComponent(route.id)}`;
    case "orders": {
      const query = orderQuery(route);
      return query.size > 0 ? `#/orders?${query.toString()}` : "#/orders";
    }
  }
}

/** As address and API alike spell a search. */
export function orderQuery({ productId, userId }: OrderSearch): URLSearchParams {
  const parts = Object.entries({ productId, userId }).filter(([, value]) => value !== "");
  return new URLSearchParams(parts);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
