import { callApi } from "../shared/api.js";
import { element } from "../shared/element.js";
import { createField } from "./form-field.js";
import { nothingToEnd, type View } from "./view.js";

const ANY_ADMIN_ROUTE = "/admin/products?limit=1";
/** As ADMIN_API_KEY may be. Other characters could not be sent. */
const POSSIBLE_KEY = /^[\x21-\x7e]{1,256}$/;

const WRONG = "This is not the admin key. It is what the server has as ADMIN_API_KEY.";
const NONE = "This server has no admin key, so nobody is an admin. Set ADMIN_API_KEY and start it again.";
const AWAY = "The server cannot be reached. Look whether it runs, then try again.";

/** `reason`: why one has to sign in again. */
export function signInView(reason: string | null, onAccepted: (key: string) => void): View {
  const key = createField({
    name: "key",
    label: "Admin key",
    hint: "Kept for this tab only.",
    control: element("input", { type: "password", autocomplete: "current-password", class: "input" }),
  });
  const button = element("button", { type: "submit", class: "button primary" }, "Sign in");
  const heading = element("h1", {}, "Sign in");
  let asking = false;

  const submit = async (): Promise<void> => {
    if (asking) return;
    asking = true;
    button.setAttribute("aria-disabled", "true");
    const entered = key.control.value.trim();
    const refusal = await whyRefused(entered);
    asking = false;
    button.removeAttribute("aria-disabled");
    if (refusal === null) {
      onAccepted(entered);
      return;
    }
    key.fail(refusal);
    key.control.focus();
  };

  const form = element(
    "form",
    {
      class: "card sign-in",
      novalidate: true,
      onsubmit: (event) => {
        event.preventDefault();
        void submit();
      },
    },
    heading,
    ...(reason === null ? [] : [element("p", { class: "notice warn", role: "status" }, reason)]),
    key.node,
    button,
  );
  return { node: form, heading, close: nothingToEnd };
}

/** A sentence for people; null: the key is the one. */
async function whyRefused(key: string): Promise<string | null> {
  if (key === "") return "Enter the admin key.";
  if (!POSSIBLE_KEY.test(key)) return WRONG;
  const answer = await callApi(ANY_ADMIN_ROUTE, { headers: { "x-admin-key": key } });
  if (answer.ok) return null;
  if (answer.code === "UNREACHABLE") return AWAY;
  // The key is looked at before any store is asked.
  if (answer.code === "UNAVAILABLE") return null;
  if (answer.code !== "FORBIDDEN") return answer.error;
  // A server with a key asks one who shows none for it; a server without refuses everybody.
  const withoutKey = await callApi(ANY_ADMIN_ROUTE);
  return !withoutKey.ok && withoutKey.code === "FORBIDDEN" ? NONE : WRONG;
}
