import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { cover, coverageDocument, faultsOf, isMissing, type Mapping } from "./coverage.js";
import { promisesOf } from "./promises.js";
import type { Proof } from "./tests.js";

const CONTRACT = `# The contract

It holds.

## HTTP

JSON both \`ways. Really\`. The base
is \`/api\`: always.

\`\`\`
{ "a. B": 1 }

{ }
\`\`\`

| call | answers |
| --- | --- |
| \`GET /a\\|b\` | 200 |
| \`GET /c\` | 404 |

## Library

Needs nothing:

\`\`\`ts
import {} from "x";
\`\`\`
`;

const proofs: readonly Proof[] = [
  { title: "GET a answers", file: "a.test.ts" },
  { title: "GET a answers", file: "b.test.ts" },
  { title: "check › packages", file: ".ci/run" },
];
const missingIn = (mapping: Mapping): string[] =>
  cover(promisesOf(CONTRACT), mapping, proofs)
    .all.filter(isMissing)
    .map(({ promise }) => promise.id);

describe("The contract's coverage", () => {
  it("has an id for each row, sentence and example, by section and order", () => {
    expect(promisesOf(CONTRACT).map(({ id, text }) => `${id}: ${text}`)).to.deep.equal([
      "contract-s1: It holds.",
      "http-s1: JSON both `ways. Really`.",
      "http-s2: The base is `/api`: always.",
      'http-e1: { "a. B": 1 }\n\n{ }',
      "http-t1r1: | `GET /a\\|b` | 200 |",
      "http-t1r2: | `GET /c` | 404 |",
      "library-s1: Needs nothing:",
      'library-e1: import {} from "x";',
    ]);
  });

  it("loses no word of the contract", () => {
    const contract = readFileSync(fileURLToPath(new URL("../../../docs/contract.md", import.meta.url)), "utf8");
    const words = (text: string): string[] => text.split(/[\s|]+/).filter((word) => !/^(-*|#+|`{3}(ts)?)$/.test(word));
    const split = promisesOf(contract).flatMap(({ text }) => words(text));
    // Headings, of sections and of tables, are all that is left over.
    const left = new Map<string, number>();
    for (const word of words(contract)) left.set(word, (left.get(word) ?? 0) + 1);
    for (const word of split) left.set(word, (left.get(word) ?? 0) - 1);
    const over = [...left].filter(([, count]) => count !== 0).map(([word]) => word);
    expect(over).to.have.members(
      [
        "The",
        "contract",
        "HTTP",
        "Configuration",
        "CLI",
        "Library",
        "call",
        "who",
        "answers",
        "refused",
        "because",
      ].concat(["code", "status", "variable", "default", "meaning", "command", "does"]),
    );
  });

  it("calls missing what no test is named for, and what names none", () => {
    const all = ["http-s1", "http-s2", "http-e1", "http-t1r1", "http-t1r2", "library-s1", "library-e1"];
    expect(missingIn({})).to.deep.equal(["contract-s1", ...all]);
    const named = Object.fromEntries(all.map((id) => [id, ["GET a answers"]]));
    expect(missingIn({ ...named, "contract-s1": { noPromise: "a heading" } })).to.deep.equal([]);
    expect(missingIn({ ...named, "contract-s1": [] })).to.deep.equal(["contract-s1"]);
  });

  it("finds a test that is gone, and an id that never was", () => {
    const coverage = cover(promisesOf(CONTRACT), { "http-s1": ["GET b answers"], "http-s9": [] }, proofs);
    expect(faultsOf(coverage)).to.deep.equal([
      "The contract has no http-s9.",
      'http-s1: no test is called "GET b answers".',
    ]);
    expect(coverageDocument(coverage)).to.contain("| http-s1 | JSON both `ways. Really`. | **missing** |");
  });

  it("takes a title for all tests that have it, or for the one of a file, a family's beginning, and a check of CI", () => {
    const mapping = {
      "contract-s1": ["GET a*"],
      "http-t1r1": ["b.test.ts › GET *"],
      "http-s1": ["GET a answers"],
      "http-s2": ["b.test.ts › GET a answers"],
      "library-e1": ["check › packages"],
    };
    const document = coverageDocument(cover(promisesOf(CONTRACT), mapping, proofs));
    expect(document).to.contain("| `a.test.ts`: GET a answers<br>`b.test.ts`: GET a answers |");
    expect(document).to.contain("| http-s2 | The base is `/api`: always. | `b.test.ts`: GET a answers |");
    expect(document).to.contain(
      "| It holds. | `a.test.ts`: GET a* (all tests of that name)<br>`b.test.ts`: GET a* (all tests of that name) |",
    );
    expect(document).to.contain("| `b.test.ts`: GET * (all tests of that name) |");
    expect(document).to.contain("| `.ci/run`: check › packages |");
  });
});
