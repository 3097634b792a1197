import { byId } from "../shared/element.js";
import { openView } from "./open-view.js";
import { hrefOf, routeOf, type Route } from "./routes.js";
import { createSession, storedKey, storeKey, type Session } from "./session.js";
import { signInView } from "./sign-in.js";
import type { View } from "./view.js";

const NO_LONGER = "The admin key that was good is so no more. Sign in again.";

const main = byId("main", HTMLElement);
const menu = byId("menu", HTMLElement);
let session: Session | null = null;
let shown: View | null = null;
let navigations = 0;

function show(view: View, movesFocus: boolean): void {
  shown?.close();
  shown = view;
  main.replaceChildren(view.node);
  document.title = `${view.heading.textContent || "Sale"} · Flash sale admin`;
  view.heading.tabIndex = -1;
  window.scrollTo(0, 0);
  if (movesFocus) view.heading.focus();
}

async function navigate(movesFocus: boolean): Promise<void> {
  if (session === null) return;
  const turn = (navigations += 1);
  const route = routeOf(location.hash);
  markMenu(route);
  main.setAttribute("aria-busy", "true");
  const view = await openView(session, route, () => void navigate(true));
  // Gone elsewhere meanwhile, or signed out.
  if (turn !== navigations) {
    view.close();
    return;
  }
  main.removeAttribute("aria-busy");
  show(view, movesFocus);
}

function markMenu({ kind }: Route): void {
  const here = hrefOf(kind === "orders" ? { kind, productId: "", userId: "" } : { kind: "sales" });
  for (const link of menu.querySelectorAll("a")) {
    if (link.getAttribute("href") === here) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function signIn(key: string, movesFocus: boolean): void {
  const own = createSession(key, () => {
    if (session === own) signOut(NO_LONGER);
  });
  session = own;
  menu.hidden = false;
  void navigate(movesFocus);
}

/** `reason`: null where the admin wanted it. */
function signOut(reason: string | null, movesFocus = true): void {
  storeKey(null);
  session = null;
  navigations += 1;
  menu.hidden = true;
  main.removeAttribute("aria-busy");
  const view = signInView(reason, (key) => {
    storeKey(key);
    signIn(key, true);
  });
  show(view, movesFocus);
}

addEventListener("hashchange", () => void navigate(true));
byId("sign-out", HTMLButtonElement).addEventListener("click", () => signOut(null));
byId("skip", HTMLAnchorElement).addEventListener("click", (event) => {
  // Its address would be taken for a page of the console.
  event.preventDefault();
  shown?.heading.focus();
});

const key = storedKey();
if (key === null) signOut(null, false);
else signIn(key, false);
