import type { Answer } from "../shared/api.js";
import { element } from "../shared/element.js";
import type { AdminProduct } from "../shared/views.js";
import { createField, type Field } from "./form-field.js";
import { clearRefusal, showRefusal } from "./refused-fields.js";
import { saleFields, type SaleField } from "./sale-fields.js";

export interface SaleFormOptions {
  /** Null: a new one. */
  readonly product: AdminProduct | null;
  /** What the button says. */
  readonly word: string;
  readonly send: (body: Readonly<Record<string, unknown>>) => Promise<Answer<AdminProduct>>;
  /** Answers what is said of it. */
  readonly onSaved: (product: AdminProduct) => string;
}

interface Entry {
  readonly terms: SaleField;
  readonly field: Field;
  /** As it was when it was last the same as the server's. */
  before: string;
}

/** The terms of a sale. Only what somebody changed is sent; what is wrong is told at its field, and nothing that was typed is lost. */
export function createSaleForm({ product, word, send, onSaved }: SaleFormOptions): HTMLFormElement {
  const entries: Entry[] = saleFields(product).map((terms) => {
    const field = createField(terms);
    return { terms, field, before: field.control.value };
  });
  const fields = entries.map(({ field }) => field);
  const said = element("p", { role: "status", class: "said" });
  const button = element("button", { type: "submit", class: "button primary" }, word);
  let sending = false;

  const say = (sentence: string, tone: "good" | "bad" | "" = ""): void => {
    said.textContent = sentence;
    said.className = `said notice ${tone}`;
  };
  const submit = async (): Promise<void> => {
    if (sending) return;
    clearRefusal(fields);
    const changed = entries.filter(({ field, before }) => field.control.value !== before);
    if (product !== null && changed.length === 0) {
      say("Nothing is changed yet.");
      return;
    }
    sending = true;
    button.setAttribute("aria-disabled", "true");
    say("Sending …");
    const sent = changed.map(({ field }) => field.control.value);
    const answer = await send(
      Object.fromEntries(changed.map(({ terms, field }) => [terms.name, terms.read(field.control.value)])),
    );
    sending = false;
    button.removeAttribute("aria-disabled");
    if (!answer.ok) {
      const rest = answer.code === "UNREACHABLE" ? unanswered(product) : showRefusal(answer, fields);
      say(rest ?? "Not saved: see the marked fields.", "bad");
      return;
    }
    changed.forEach((entry, index) => (entry.before = sent[index] ?? ""));
    say(onSaved(answer.data), "good");
  };

  return element(
    "form",
    {
      class: "sale-form",
      novalidate: true,
      onsubmit: (event) => {
        event.preventDefault();
        void submit();
      },
    },
    element("div", { class: "sale-fields" }, ...fields.map(({ node }) => node)),
    element("div", { class: "actions" }, button, said),
  );
}

/** A change may be sent again; a sale would be put on twice. */
function unanswered(product: AdminProduct | null): string {
  return product === null
    ? "No answer came. Look in the list of sales whether it is on before you try again."
    : "No answer came. Nothing is lost by sending it again.";
}
