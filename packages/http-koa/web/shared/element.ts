export type Attributes = Readonly<Record<string, string | number | boolean | ((event: Event) => void)>>;

/**
 * A piece of the page. Texts become text nodes, so nothing that a person typed is ever read as markup; `true` stands for an attribute
 * without a value, `false` for none; a function under `onclick` and the like is a listener.
 */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name.replace(/^on/, ""), value);
    else if (value !== false) made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children);
  return made;
}

/** A part that the page's HTML has. @throws where the HTML and the script do not belong together */
export function byId<Type extends HTMLElement>(id: string, type: new () => Type): Type {
  const found = document.getElementById(id);
  if (found instanceof type) return found;
  throw new Error(`the page has no ${type.name} #${id}`);
}
