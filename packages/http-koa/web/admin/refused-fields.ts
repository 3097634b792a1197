import type { Refused } from "../shared/api.js";
import type { Field } from "./form-field.js";

/**
 * Tells each field what the API found wrong with it, and gives the focus to the first. The API's sentence has a part a field, and each
 * begins with the field's name. Answers what is not of any of these fields; null: nothing is left to say.
 */
export function showRefusal(refused: Refused, fields: readonly Field[]): string | null {
  const told = new Map<string, string>();
  const left: string[] = [];
  for (const { name, sentence } of partsOf(refused)) {
    if (name !== null && fields.some((field) => field.name === name)) told.set(name, sentence);
    else left.push(sentence);
  }
  for (const field of fields) field.fail(told.get(field.name) ?? null);
  fields.find(({ name }) => told.has(name))?.control.focus();
  return left.length === 0 ? null : left.join(" ");
}

export function clearRefusal(fields: readonly Field[]): void {
  for (const field of fields) field.fail(null);
}

interface Part {
  readonly name: string | null;
  readonly sentence: string;
}

function partsOf({ code, error, details }: Refused): Part[] {
  if (code === "TOTAL_TOO_LOW") return [{ name: "totalQuantity", sentence: error }];
  const field = details?.["field"];
  if (code !== "INVALID_REQUEST" || typeof field !== "string") return [{ name: null, sentence: error }];
  return error
    .replace(/\.$/, "")
    .split("; ")
    .map((part) => {
      const [, name = null, rest = part] = /^([A-Za-z]+) ((?:must|is) .*)$/.exec(part) ?? [];
      return { name, sentence: `${rest.charAt(0).toUpperCase()}${rest.slice(1)}.` };
    });
}
