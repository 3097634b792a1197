import { element } from "../shared/element.js";
import type { AdminProduct } from "../shared/views.js";
import type { FieldTerms } from "./form-field.js";
import { toLocalField, withOffset, zoneName } from "./local-time.js";

export interface SaleField extends FieldTerms {
  /** What the API is sent for what was typed. What is no such thing is sent as it is: the API says what is wrong with it. */
  read(typed: string): unknown;
}

/** The fields of a new sale, with the API's own defaults in them, or of one that is there. */
export function saleFields(product: AdminProduct | null): SaleField[] {
  const zone = `By your clock: ${zoneName(new Date())}.`;
  const whenEmpty = (words: string): string => (product === null ? `${words} ${zone}` : zone);
  const fields: SaleField[] = [
    { name: "name", label: "Name", control: input({ value: product?.name ?? "" }), read: asTyped },
    {
      name: "description",
      label: "Description (optional)",
      control: element("textarea", { class: "input", rows: 2 }, product?.description ?? ""),
      read: (typed) => (typed === "" ? null : typed),
    },
    {
      name: "price",
      label: product === null ? "Price" : `Price in ${product.currency}`,
      hint: "Of one unit, with a point: 49.99.",
      control: input({ inputmode: "decimal", value: product?.price ?? "" }),
      read: asNumber,
    },
    {
      name: "totalQuantity",
      label: "Units",
      hint: "Of the whole sale, those that are sold included.",
      control: input({ inputmode: "numeric", value: product?.totalQuantity ?? "" }),
      read: asNumber,
    },
    {
      name: "perUserLimit",
      label: "Units a buyer may own",
      control: input({ inputmode: "numeric", value: product?.perUserLimit ?? 1 }),
      read: asNumber,
    },
    time("saleStartAt", "Start", whenEmpty("Left empty: now."), product?.saleStartAt),
    time("saleEndAt", "End", whenEmpty("Left empty: two hours after the start."), product?.saleEndAt),
  ];
  if (product !== null) return fields;
  const currency: SaleField = {
    name: "currency",
    label: "Currency",
    hint: "Three capitals, such as EUR. It never changes.",
    control: input({ value: "USD", autocapitalize: "characters" }),
    read: asTyped,
  };
  return fields.flatMap((field) => (field.name === "price" ? [field, currency] : [field]));
}

function time(name: string, label: string, hint: string, at: string | undefined): SaleField {
  const value = at === undefined ? "" : toLocalField(new Date(at));
  return {
    name,
    label,
    hint,
    control: input({ type: "datetime-local", step: 1, value }),
    read: (typed) => withOffset(typed) ?? typed,
  };
}

function input(attributes: Readonly<Record<string, string | number>>): HTMLInputElement {
  return element("input", { class: "input", type: "text", autocomplete: "off", ...attributes });
}

function asTyped(typed: string): string {
  return typed;
}

function asNumber(typed: string): string | number {
  const number = Number(typed);
  return typed.trim() === "" || Number.isNaN(number) ? typed : number;
}
