// What docs/versions.md says of the checkout it is in.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const packages = readdirSync(join(root, "packages")).map(
  (folder) =>
    JSON.parse(read(`packages/${folder}/package.json`)) as { readonly name: string; readonly version: string },
);
const names = packages.map(({ name }) => name);

describe("The versions", () => {
  it("of all packages are one, and changesets keep them so", () => {
    expect(new Set(packages.map(({ version }) => version))).to.have.property("size", 1);
    const { fixed } = JSON.parse(read(".changeset/config.json")) as { fixed: string[][] };
    expect(fixed).to.have.lengthOf(1);
    expect(fixed[0]).to.have.members(names);
  });

  it("are moved by changesets that name packages there are, each with a kind and a sentence", () => {
    const changesets = readdirSync(join(root, ".changeset")).filter((name) => name.endsWith(".md"));
    for (const changeset of changesets) {
      const { 1: front = "", 2: text = "" } =
        /^---\n([\s\S]*?)---\n([\s\S]+)$/.exec(read(`.changeset/${changeset}`)) ?? [];
      const moved = [...front.matchAll(/^"(.+)": (major|minor|patch)$/gm)].map(([, name]) => name);
      expect(moved, changeset).to.have.lengthOf(front.trim().split("\n").length);
      expect(names, changeset).to.include.members(moved);
      expect(text.trim(), changeset).to.match(/\.$/);
    }
  });

  it("say which format the keys in Redis have now", () => {
    const [, format = ""] = /FORMAT = "(\w+)"/.exec(read("packages/adapters-redis/src/keys.ts")) ?? [];
    expect(format).to.match(/^fs\d+$/);
    expect(read("docs/versions.md")).to.contain(`number of their format, \`${format}\` now.`);
    expect(read("docs/protocol.md")).not.to.match(/\bfs\d+\b/);
  });
});
