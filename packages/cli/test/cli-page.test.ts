// docs/cli.md shows what commands say. Its commands are run here, one after the other, and what they say now must be what the page
// shows; UPDATE_DOCS=1 writes it into the page instead. A comment such as <!-- a buyer buys 2 --> is done here as well.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { createLog, readConfig, tokens, wire, type Wired } from "@flash-sale/http-koa";
import { install, type Installed } from "./installed.js";
import { requirePrograms } from "./programs.js";
import { startShell, type Shell } from "./shell.js";
import { ROOT } from "./shown-commands.js";
import { freshStores, type TestStores } from "./stores.js";

const PAGE = join(ROOT, "docs/cli.md");
const PARTS = /(^```console\n[\s\S]*?^```$|^```(?:csv|json) [\w.]+\n[\s\S]*?^```$|^<!-- .* -->$)/gm;
const DIFFERS = "<!-- differs from machine to machine -->";

describe("docs/cli.md", function () {
  this.timeout(240_000);
  let stores: TestStores;
  let wired: Wired;
  let installed: Installed;
  let shell: Shell;

  before(async () => {
    requirePrograms("bash", "jq");
    stores = await freshStores();
    installed = install();
    wired = wire(readConfig(stores.env), createLog("silent"), { keepsHouse: false });
    shell = startShell({ ...stores.env, ...installed.env }, installed.folder);
  });
  after(async () => {
    await shell.end();
    await wired.close();
    await stores.drop();
    installed.remove();
  });

  const newest = async (): Promise<string> => {
    const [first] = await (await wired.get(tokens.products)).page(null, 1);
    if (!first) throw new Error("the page has not created its product yet");
    return first.id;
  };
  const project = async (): Promise<unknown> => (await wired.get(tokens.products)).projectSold();
  const deeds: Readonly<Record<string, () => Promise<unknown>>> = {
    "<!-- two buyers buy -->": async () => {
      const sale = await wired.get(tokens.sale);
      for (const [userId, quantity] of [
        ["alice", 1],
        ["bob", 2],
      ] as const)
        await sale.purchase({ productId: await newest(), userId, quantity });
      await project();
    },
    "<!-- the hot store loses a unit -->": async () => {
      const redis = await wired.get(tokens.rateLimitRedis);
      const [, keys] = (await redis?.scan(0, "MATCH", `*{${await newest()}}:*:stock`, "COUNT", 100_000)) ?? [];
      for (const key of keys ?? []) await redis?.hincrby(key, "available", -1);
    },
  };

  it("shows what its commands say", async () => {
    const normal = createNormal();
    const parts = readFileSync(PAGE, "utf8").split(PARTS);
    const anew: string[] = [];
    for (const [index, part] of parts.entries()) {
      const [, file, content = ""] = /^```(?:csv|json) ([\w.]+)\n([\s\S]*)^```$/m.exec(part) ?? [];
      if (file !== undefined) writeFileSync(join(installed.folder, file), content);
      await deeds[part]?.();
      if (!part.startsWith("```console\n")) {
        anew.push(part);
        continue;
      }
      const block = await ran(part, normal);
      const differs = parts.slice(0, index).findLast((before) => before.trim() !== "") === DIFFERS;
      anew.push(differs && outlineOf(block) === outlineOf(part) && process.env.UPDATE_DOCS !== "1" ? part : block);
    }
    if (process.env.UPDATE_DOCS === "1") writeFileSync(PAGE, anew.join(""));
    expect(readFileSync(PAGE, "utf8")).to.equal(anew.join(""));
  });

  const ran = async (block: string, normal: (text: string) => string): Promise<string> => {
    const lines = block.split("\n").filter((line) => line.startsWith("$ "));
    const said: string[] = [];
    for (const line of lines) said.push(`${line}\n${normal(await shell.run(line.slice(2)))}`);
    return `\`\`\`console\n${said.map((text) => (text.endsWith("\n") ? text : `${text}\n`)).join("")}\`\`\``;
  };
});

/** Ids and times that are another each time become the same each time. */
function createNormal(): (text: string) => string {
  const ids = new Map<string, string>();
  const idOf = (id: string): string => {
    const known = ids.get(id) ?? `0190a5a0-0000-7000-8000-${String(ids.size + 1).padStart(12, "0")}`;
    ids.set(id, known);
    return known;
  };
  const isNow = (time: string): boolean => Math.abs(Date.parse(time) - Date.now()) < 86_400_000;
  return (text) =>
    text
      .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, idOf)
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (time) => (isNow(time) ? "2026-11-27T18:00:00.000Z" : time))
      .replace(/epoch \d+/g, "epoch 2")
      .replace(/(applied \S+\n)(applied \S+\n)+/, "$1…\n");
}

/** Which checks there are, whatever they find. */
function outlineOf(block: string): string {
  const lines = block.split("\n").map((line) => /^ {2}(?:ok|warning|problem) +(.{18})/.exec(line)?.[1]);
  return lines.filter((check) => check !== undefined).join("\n");
}
