import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

export interface Script {
  /** Its file's, without the ending. */
  readonly name: string;
  readonly text: string;
  readonly sha1: string;
}

export type Scripts = ReturnType<typeof loadScripts>;

/** All scripts, read once. `edit` lets a test see what happens without one of their guards. */
export function loadScripts(edit: (file: string, text: string) => string = (_file, text) => text) {
  const read = (file: string) => edit(file, readFileSync(new URL(`./scripts/${file}`, import.meta.url), "utf8"));
  const inService = read("in-service.lua");
  const ofInventory = (file: string) => script(file, `${inService}\n${read(file)}`);
  return {
    hold: ofInventory("hold.lua"),
    confirm: ofInventory("confirm.lua"),
    release: ofInventory("release.lua"),
    load: ofInventory("load.lua"),
    expired: ofInventory("expired.lua"),
    status: ofInventory("status.lua"),
    buyers: ofInventory("buyers.lua"),
    knownBuyers: ofInventory("known-buyers.lua"),
    withhold: ofInventory("withhold.lua"),
    apply: ofInventory("apply.lua"),
    teach: ofInventory("teach.lua"),
    finishTeaching: ofInventory("finish-teaching.lua"),
    lastEpoch: ofInventory("last-epoch.lua"),
    replid: ofInventory("replid.lua"),
    acquireLock: script("lock-acquire.lua", read("lock-acquire.lua")),
    releaseLock: script("lock-release.lua", read("lock-release.lua")),
  };
}

function script(file: string, text: string): Script {
  return { name: file.replace(/\.lua$/, ""), text, sha1: createHash("sha1").update(text).digest("hex") };
}
