import { byId } from "../shared/element.js";

export interface Quantity {
  readonly value: number;
  /** Null: one unit, and no choice. */
  limit(most: number | null): void;
}

/** How many units: a field to type into, with a button on each side. `onChange` is told when a person changed it. */
export function quantityField(onChange: () => void): Quantity {
  const group = byId("quantity-field", HTMLElement);
  const input = byId("quantity", HTMLInputElement);
  const fewer = byId("fewer", HTMLButtonElement);
  const more = byId("more", HTMLButtonElement);
  let most = 1;
  let value = 1;

  const set = (wanted: number): void => {
    value = Math.min(Math.max(Number.isFinite(wanted) ? Math.trunc(wanted) : 1, 1), most);
    // What is being typed is left alone until it is done.
    if (document.activeElement !== input || Number(input.value) > most) input.value = String(value);
    // Not `disabled`: a button that somebody stands on must not vanish below them.
    fewer.setAttribute("aria-disabled", String(value <= 1));
    more.setAttribute("aria-disabled", String(value >= most));
  };
  const choose = (wanted: number): void => {
    set(wanted);
    onChange();
  };
  fewer.addEventListener("click", () => choose(value - 1));
  more.addEventListener("click", () => choose(value + 1));
  input.addEventListener("input", () => choose(Number.parseInt(input.value, 10)));
  input.addEventListener("blur", () => {
    input.value = String(value);
  });
  return {
    get value() {
      return value;
    },
    limit(next) {
      group.hidden = next === null;
      most = next ?? 1;
      set(value);
    },
  };
}
