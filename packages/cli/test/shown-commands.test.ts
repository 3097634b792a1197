// Every command line of the CLI that help and docs show is run.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { mapAtOnce } from "#src/at-once.js";
import { createLog, readConfig, tokens, wire, type Wired } from "@flash-sale/http-koa";
import { install, type Installed } from "./installed.js";
import { requirePrograms } from "./programs.js";
import { shownInDocs, shownInHelp } from "./shown-commands.js";
import { freshStores, type TestStores } from "./stores.js";

/** Shown, and not to be run here: why. */
const NOT_RUN: Readonly<Record<string, string>> = {
  "flash-sale orders cancel $order": "asks, and there is no terminal to answer on; terminal.test.ts answers it",
};
const AT_ONCE = 3;

interface Ran {
  readonly code: number | null;
  readonly said: string;
}

describe("the command lines that are shown", function () {
  this.timeout(240_000);
  let stores: TestStores;
  let wired: Wired;
  let installed: Installed;
  let variables: Record<string, string>;

  before(async () => {
    requirePrograms("bash", "jq");
    stores = await freshStores();
    installed = install();
    // Somebody keeps the house, as where a server runs: else what is sold would never be projected, which is drift.
    wired = wire(readConfig(stores.env), createLog("silent"), { keepsHouse: true });
    await (await wired.get(tokens.schema)).migrate();
    const sale = await wired.get(tokens.sale);
    const { id: product } = await sale.createProduct({ name: "Console", price: 49.99, totalQuantity: 100 });
    const bought = await sale.purchase({ productId: product, userId: "u1" });
    if (bought.kind !== "purchased") throw new Error(bought.kind);
    const { id: order } = bought.order;
    const places = { HOST: "127.0.0.1", PORT: "0", DATA_DIR: join(installed.folder, "data") };
    const names = { product, PRODUCT: product, order, ORDER: order };
    variables = { ...stores.env, ...installed.env, ...places, ...names };
    writeFileSync(join(installed.folder, "products.csv"), "name,price,totalQuantity\nA,1.5,10\nB,2,10\n");
    writeFileSync(
      join(installed.folder, "products.json"),
      JSON.stringify([{ name: "C", price: 1, totalQuantity: 10 }]),
    );
  });
  after(async () => {
    await wired.close();
    await stores.drop();
    installed.remove();
  });

  /** Lines that go on until Ctrl-C are given it once they have said that they work. */
  const run = async (line: string): Promise<Ran> => {
    const typed = line
      .replace(/<product[^>]*>/gi, "$product")
      .replace(/<order[^>]*>/gi, "$order")
      .replace(/\bPORT=\d+/, "PORT=0");
    const child = spawn("bash", ["-c", `set -o pipefail\n${typed}`], {
      ...{ cwd: installed.folder, env: variables, detached: true },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const goesOn = /\sserve(\s|$)|--watch/.test(typed);
    let said = "";
    const hear = (chunk: Buffer): void => {
      const works = /\/api\/v1|available|checked/;
      const before = works.test(said);
      said += chunk.toString();
      if (goesOn && !before && works.test(said) && child.pid !== undefined) process.kill(-child.pid, "SIGINT");
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    const [code] = (await once(child, "close")) as [number | null];
    return { code: goesOn && code === 130 ? 0 : code, said };
  };

  it("do what they say", async () => {
    const shown = [...shownInDocs(), ...(await shownInHelp())].filter(({ line }) => !(line in NOT_RUN));
    const lines = [...new Map(shown.map(({ where, line }) => [line, where]))];
    const failed: string[] = [];
    await mapAtOnce(lines, AT_ONCE, async ([line, where]) => {
      const { code, said } = await run(line);
      // What is wrong with the stores of a test machine is not for us to say.
      const works = code === 0 || (code === 1 && /flash-sale doctor/.test(line));
      if (!works) failed.push(`${where}: ${line}: exit code ${code}\n${said}`);
    });
    expect(failed.join("\n")).to.equal("");
    expect(lines.length).to.be.greaterThan(30);
  });

  it("are all run, but for those that are listed with their reason, and are shown still", async () => {
    const lines = [...shownInDocs(), ...(await shownInHelp())].map(({ line }) => line);
    expect(lines).to.include.members(Object.keys(NOT_RUN));
  });
});
