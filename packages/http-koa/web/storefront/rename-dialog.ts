import { byId } from "../shared/element.js";
import { isUserId } from "./buyer.js";

/** Lets the visitor say who buys. `mayOpen` is asked first: a purchase that is under way belongs to who began it. */
export function renameDialog(options: {
  readonly current: () => string;
  readonly mayOpen: () => boolean;
  readonly onName: (userId: string) => void;
}): void {
  const dialog = byId("rename-dialog", HTMLDialogElement);
  const input = byId("new-name", HTMLInputElement);
  byId("rename", HTMLButtonElement).addEventListener("click", () => {
    if (!options.mayOpen()) return;
    input.value = options.current();
    input.removeAttribute("aria-invalid");
    dialog.showModal();
    input.select();
  });
  byId("rename-cancel", HTMLButtonElement).addEventListener("click", () => dialog.close());
  byId("rename-form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    const userId = input.value.trim();
    if (!isUserId(userId)) {
      input.setAttribute("aria-invalid", "true");
      input.focus();
      return;
    }
    dialog.close();
    options.onName(userId);
  });
}
