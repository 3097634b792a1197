/** What the browser keeps under a name. Where it keeps nothing, since its settings say so, it is kept for as long as the page is open. */
export interface Store {
  get(name: string): string | null;
  /** Null: forgets it. */
  set(name: string, value: string | null): void;
}

const PREFIX = "flash-sale.";

/** All tabs of this browser see it, and it outlives them. */
export const browserStore = store(() => localStorage);
/** This tab alone sees it, also after a reload. */
export const tabStore = store(() => sessionStorage);

/** As `localStorage` names it, for whoever listens to the changes of other tabs. */
export const storedName = (name: string): string => PREFIX + name;

function store(find: () => Storage): Store {
  const spare = new Map<string, string>();
  return {
    get(name) {
      try {
        return find().getItem(storedName(name)) ?? spare.get(name) ?? null;
      } catch {
        return spare.get(name) ?? null;
      }
    },
    set(name, value) {
      spare.delete(name);
      try {
        if (value === null) find().removeItem(storedName(name));
        else find().setItem(storedName(name), value);
      } catch {
        if (value !== null) spare.set(name, value);
      }
    },
  };
}
