import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { editedFile, type Edit } from "./sabotage.js";
import type { Command } from "./tcp-proxy.js";

const FOLDER = new URL("./scripts/", import.meta.resolve("@flash-sale/adapters-redis"));

/**
 * Which script of the product a command runs ("hold", "load" …); null where it runs none. `edits`: of a negative control, whose
 * processes have other texts.
 */
export const scriptCalls = (edits: readonly Edit[] = []): ((command: Command) => string | null) => {
  const read = (file: string) =>
    editedFile(new URL(file, FOLDER).pathname, readFileSync(new URL(file, FOLDER), "utf8"), edits);
  const before = read("in-service.lua");
  const names = new Map<string, string>();
  for (const file of readdirSync(FOLDER)) {
    const text = read(file);
    // A lock's script stands alone, an inventory's behind its guard.
    for (const whole of [text, `${before}\n${text}`]) names.set(sha1(whole), file.replace(/\.lua$/, ""));
  }
  return ([word = "", script = ""]) => {
    const name = word.toLowerCase();
    if (name === "evalsha") return names.get(script) ?? null;
    return name === "eval" ? (names.get(sha1(script)) ?? null) : null;
  };
};

const sha1 = (text: string): string => createHash("sha1").update(text).digest("hex");
