import { element } from "../shared/element.js";

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** A control with its label, its hint, and the place where it is told what is wrong with it. */
export interface Field {
  readonly name: string;
  readonly node: HTMLElement;
  readonly control: Control;
  /** Null: nothing is wrong. */
  fail(sentence: string | null): void;
}

export interface FieldTerms {
  /** As the API calls it; one page has no two fields of a name. */
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly control: Control;
}

export function createField({ name, label, hint, control }: FieldTerms): Field {
  const id = `field-${name}`;
  const error = element("p", { id: `${id}-error`, class: "error", hidden: true });
  const hints = hint === undefined ? [] : [element("p", { id: `${id}-hint`, class: "hint" }, hint)];
  const describe = (nodes: readonly HTMLElement[]): void => {
    if (nodes.length === 0) control.removeAttribute("aria-describedby");
    else control.setAttribute("aria-describedby", nodes.map((node) => node.id).join(" "));
  };
  control.id = id;
  control.name = name;
  describe(hints);
  return {
    name,
    control,
    node: element(
      "div",
      { class: `field field-${name}` },
      element("label", { for: id }, label),
      control,
      ...hints,
      error,
    ),
    fail(sentence) {
      error.textContent = sentence ?? "";
      error.hidden = sentence === null;
      if (sentence === null) control.removeAttribute("aria-invalid");
      else control.setAttribute("aria-invalid", "true");
      describe(sentence === null ? hints : [error, ...hints]);
    },
  };
}
