// Links between documents lead somewhere, down to the heading; and the index names every document.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");

const documents = [
  ...readdirSync(root).filter((name) => name.endsWith(".md")),
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md") && !name.startsWith("evidence"))
    .map((name) => join("docs", name)),
  ...readdirSync(join(root, "packages")).map((name) => join("packages", name, "README.md")),
  "examples/README.md",
];

const withoutBlocks = (markdown: string): string => markdown.replaceAll(/^```[\s\S]*?^```$/gm, "");

/** As GitHub makes it of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}_\- ]/gu, "")
    .replaceAll(" ", "-");

const anchorsOf = (document: string): string[] =>
  [...withoutBlocks(read(document)).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchorOf(heading.trim()));

/** What is wrong with a link of a document; null: nothing. */
const wrongWith = (document: string, link: string): string | null => {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? document : relative(root, join(root, dirname(document), path));
  if (!existsSync(join(root, target))) return `${document}: ${link} leads nowhere`;
  if (anchor === undefined || !target.endsWith(".md") || anchorsOf(target).includes(anchor)) return null;
  return `${document}: ${target} has no heading ${anchor}`;
};

describe("The documents", () => {
  it("have no link that leads nowhere", () => {
    const wrong = documents.flatMap((document) =>
      [...withoutBlocks(read(document)).matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, link = ""]) => link)
        .filter((link) => !/^[a-z]+:/.test(link))
        .map((link) => wrongWith(document, link)),
    );
    expect(wrong.filter((one) => one !== null)).to.deep.equal([]);
  });

  it("would be found out with one", () => {
    expect(wrongWith("docs/README.md", "nowhere.md")).to.contain("leads nowhere");
    expect(wrongWith("docs/README.md", "contract.md#nothing")).to.contain("has no heading");
    expect(wrongWith("docs/README.md", "../ARCHITECTURE.md#one-purchase-file-by-file")).to.equal(null);
  });

  it("are all named in the index", () => {
    const index = read("docs/README.md");
    const inDocs = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md") && name !== "README.md");
    expect(inDocs.filter((name) => !index.includes(`](${name})`))).to.deep.equal([]);
  });
});
