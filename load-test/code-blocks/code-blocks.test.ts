// Every code block of the README, the packages' own and the guides is run, or it is said here where it is run and why not here.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { blocksOf, commandsOf, placeOf, type CodeBlock } from "./blocks.js";
import { ELSEWHERE, NO_PROGRAM } from "./elsewhere.js";
import { callsAmong, codesAnswered, codesExpected, runCalls } from "./shell.js";
import { compileBlocks, moduleOf, type CompiledBlocks } from "./typescript.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const GUIDES = ["README", "getting-started", "embedding", "adapters", "protocol", "versions", "release-checklist"];
const documents = [
  "README.md",
  "CONTRIBUTING.md",
  "examples/README.md",
  ...readdirSync(join(root, "packages")).map((name) => `packages/${name}/README.md`),
  ...GUIDES.map((name) => `docs/${name}.md`),
];
const blocks = documents.flatMap((document) => blocksOf(document, readFileSync(join(root, document), "utf8")));
const ofLanguage = (...languages: readonly string[]): CodeBlock[] =>
  blocks.filter(({ language }) => languages.includes(language));

const programs = ofLanguage("ts", "js");
const shells = ofLanguage("sh");
const calls = callsAmong(shells);

describe("The code blocks of README and guides", function () {
  this.timeout(120_000);

  it("are all found, each with its line and language", () => {
    const markdown = 'One\n\n```ts\nconst a = "```";\n```\n\n```\nplain\n```\n';
    expect(blocksOf("a.md", markdown)).to.deep.equal([
      { document: "a.md", line: 4, language: "ts", text: 'const a = "```";\n' },
      { document: "a.md", line: 8, language: "", text: "plain\n" },
    ]);
    expect(programs.map(({ document }) => document)).to.include.members(["README.md", "docs/embedding.md"]);
    expect(calls.map(({ document }) => document)).to.include.members(["README.md", "docs/getting-started.md"]);
  });

  it("are of a language that is run, or it is said why it is not", () => {
    const known = new Set(["ts", "js", "sh", "json", ...Object.keys(NO_PROGRAM)]);
    expect(blocks.filter(({ language }) => !known.has(language)).map(placeOf)).to.deep.equal([]);
  });

  it("hold JSON that is JSON", () => {
    for (const block of ofLanguage("json")) expect(() => void JSON.parse(block.text), placeOf(block)).not.to.throw();
  });

  it("hold no command of which nobody says where it is run", () => {
    const unknown = shells
      .filter((block) => !calls.includes(block))
      .flatMap((block) => commandsOf(block).map((line) => ({ line, place: placeOf(block) })))
      .filter(({ line }) => !ELSEWHERE.some(({ command }) => command.test(line)));
    expect(unknown).to.deep.equal([]);
  });

  it("name no example that is not there", () => {
    const named = shells.flatMap((block) => [...block.text.matchAll(/examples\/dist\/([\w/-]+)\.js/g)]);
    for (const [, name = ""] of named) readFileSync(join(root, "examples", `${name}.ts`));
  });

  describe("in TypeScript", () => {
    let compiled: CompiledBlocks;
    before(async () => {
      compiled = await compileBlocks(programs);
    });
    after(() => compiled.remove());

    it("compile, strictly", () => {
      expect(compiled.faults).to.equal("");
    });

    for (const block of programs) {
      it(`run to their end: ${placeOf(block)}`, async () => {
        const { code, output } = await compiled.run(block);
        expect(code, output).to.equal(0);
      });
    }

    it("are found out where they do not compile, or throw", async () => {
      const wrong = (line: number, text: string): CodeBlock => ({ document: "wrong", line, language: "ts", text });
      const throws = wrong(1, 'await sale.purchase({ productId: "nothing", userId: "u1" });\n');
      const misspelt = wrong(2, "sale.buy();\n");
      const found = await compileBlocks([throws, misspelt]);
      expect(found.faults)
        .to.match(/wrong-line-2.*TS2339/)
        .and.not.to.contain("wrong-line-1");
      expect(await found.run(throws)).to.have.property("code", 1);
      found.remove();
      expect(moduleOf(wrong(3, 'const sale = "@flash-sale/core";\n'))).not.to.contain("const product");
    });
  });

  describe("that call the API", () => {
    for (const document of new Set(calls.map((block) => block.document))) {
      it(`are answered as they say: ${document}`, async () => {
        const ofDocument = calls.filter((block) => block.document === document);
        const printed = await runCalls(ofDocument);
        expect(printed).to.have.lengthOf(ofDocument.length);
        for (const [at, block] of ofDocument.entries()) {
          const output = printed[at] ?? "";
          expect(codesAnswered(output), `${placeOf(block)} printed ${output}`).to.have.members(codesExpected(block));
        }
        expect(printed.join("")).to.contain('"success":true');
      });
    }
  });
});
