import { element } from "../shared/element.js";

export interface Question {
  readonly title: string;
  readonly text: string;
  /** What the button that does it says. */
  readonly yes: string;
  readonly no?: string;
}

/** Asks before what people would not want by mistake. Escape is no. Focus goes back to where it came from. */
export function confirmed({ title, text, yes, no = "Go back" }: Question): Promise<boolean> {
  const opener = document.activeElement;
  return new Promise((resolve) => {
    const end = (): void => {
      resolve(dialog.returnValue === "yes");
      dialog.remove();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
    const dialog: HTMLDialogElement = element(
      "dialog",
      { "aria-labelledby": "question", "aria-describedby": "question-text", onclose: end },
      element("h2", { id: "question" }, title),
      element("p", { id: "question-text" }, text),
      element(
        "div",
        { class: "actions" },
        element("button", { type: "button", class: "button", onclick: () => dialog.close("no") }, no),
        element("button", { type: "button", class: "button danger", onclick: () => dialog.close("yes") }, yes),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}
