import { element } from "../shared/element.js";
import { hrefOf } from "./routes.js";
import { nothingToEnd, type View } from "./view.js";

/** What was asked for is not to be had, or not now. */
export function failedView(sentence: string, again: () => void): View {
  const heading = element("h1", {}, "This sale cannot be shown");
  const node = element(
    "div",
    { class: "narrow" },
    heading,
    element("p", { class: "notice bad" }, sentence),
    element(
      "div",
      { class: "actions" },
      element("button", { type: "button", class: "button", onclick: again }, "Try again"),
      element("a", { class: "button quiet", href: hrefOf({ kind: "sales" }) }, "All sales"),
    ),
  );
  return { node, heading, close: nothingToEnd };
}
