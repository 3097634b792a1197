// Loader hooks of a sabotaged process: changes lines of modules as they are loaded. Registered by sabotage-preload.ts.
import type { LoadHook } from "node:module";
import { editedFile, type Edit } from "./sabotage.js";

let edits: readonly Edit[] = [];

export const initialize = (data: readonly Edit[]): void => {
  edits = data;
};

export const load: LoadHook = async (url, context, nextLoad) => {
  const loaded = await nextLoad(url, context);
  if (loaded.source === undefined || !edits.some(({ file }) => url.endsWith(file))) return loaded;
  const source = typeof loaded.source === "string" ? loaded.source : new TextDecoder().decode(loaded.source);
  return { ...loaded, source: editedFile(url, source, edits) };
};
