/** What documents show and their own test does not run: where it is run instead, or why it cannot be. */
export interface Elsewhere {
  /** Matches a whole command. */
  readonly command: RegExp;
  readonly because: string;
}

export const ELSEWHERE: readonly Elsewhere[] = [
  {
    command: /^(npm run -s flash-sale -- |npx flash-sale |flash-sale )/,
    because: "the tests of packages/cli run each",
  },
  { command: /^npm start$/, because: "start-dev.test.ts and packages/cli/test run `flash-sale serve`, which it is" },
  { command: /^npm test$/, because: "it is this very run" },
  { command: /^npm install @flash-sale\/cli$/, because: "npm run packages installs the tarballs in an empty project" },
  { command: /^npm run servers$/, because: "it runs until Ctrl-C; npm test starts the same servers" },
  { command: /^npm run build$/, because: "it has been run, or this test would not be there" },
  { command: /^node examples\/dist\/[\w/-]+\.js$/, because: "examples.test.ts runs each of them" },
  { command: /^docker-compose up -d$/, because: "it needs Docker; docker.test.ts holds its file against the schema" },
  { command: /^cp \.env\.example \.env$/, because: "docker.test.ts and config.test.ts read that file" },
  { command: /^bash \.ci\/run$/, because: "it is what runs this test" },
  { command: /^npm run (reference|packages|contract|reliability)( -- .+)?$/, because: ".ci/run runs it as a check" },
  {
    command: /^npm run (faults|bench|differential|mutation|model)( -- .+)?$/,
    because: "it takes hours; see its document",
  },
  { command: /^npm run sim -- .+$/, because: "it takes hours; simulation.test.ts runs a short form" },
  { command: /^npx changeset( version| status)?$/, because: "it asks questions, or changes the checkout" },
  { command: /^(npx --yes pnpm@[\d.]+|git) .+$/, because: "it publishes, or changes the checkout" },
];

/** Languages of blocks that are no program. */
export const NO_PROGRAM: Readonly<Record<string, string>> = {
  mermaid: "GitHub draws it",
};
