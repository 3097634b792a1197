import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

const TAKE_TIME = "The core has no clock of its own: take the time from the Clock port.";
const OWN_FILES = "The core imports nothing but its own files, statically, by relative paths.";

/** What the core may not reach for: its callers supply time, ids and chance, so that a test can turn them. */
const hostGlobals = [
  ...["process", "console", "performance", "Buffer", "global", "globalThis", "crypto", "fetch", "require"],
  ...["setTimeout", "setInterval", "setImmediate", "clearTimeout", "clearInterval", "clearImmediate", "queueMicrotask"],
  ...["__dirname", "__filename", "randomUUID"],
].map((name) => ({ name, message: "The core knows no host: take it from a port." }));

const hostProperties = [
  { object: "Date", property: "now", message: TAKE_TIME },
  { object: "Math", property: "random", message: "The core has no chance of its own: take ids from the Ids port." },
];

const hostSyntax = [
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: TAKE_TIME },
  { selector: "CallExpression[callee.name='Date']", message: TAKE_TIME },
  { selector: ":matches(ImportExpression, TSImportType, TSImportEqualsDeclaration)", message: OWN_FILES },
  { selector: "MetaProperty[meta.name='import']", message: "The core does not know where its files lie." },
  { selector: "Decorator", message: "The domain knows no container." },
];
/** `declare const process: ...` would make a host's global look like the file's own. */
const hostDeclarations = [
  {
    selector: ":matches(VariableDeclaration, TSDeclareFunction, TSModuleDeclaration)[declare=true]",
    message: "The core knows no host: take it from a port.",
  },
];

const ownFilesOnly = {
  patterns: [{ regex: "^(?!\\.{1,2}/)", message: OWN_FILES }],
};

const suite = "/^(describe|context|suite|it|specify|test)$/";
const everyTestRuns = [
  {
    selector: `MemberExpression[object.name=${suite}][property.name=/^(only|skip)$/]`,
    message: "Every test runs: no .only, no .skip.",
  },
  { selector: "CallExpression[callee.name=/^x(describe|context|it|specify)$/]", message: "Every test runs." },
  {
    selector: "CallExpression[callee.object.type='ThisExpression'][callee.property.name='skip']",
    message: "Every test runs.",
  },
];

const testFiles = ["**/test/**/*.ts", "**/*.test.ts"];

export default defineConfig(
  globalIgnores(["**/dist/", "**/dist-test/", "coverage/", "reference/"]),
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "no-restricted-syntax": ["error", ...everyTestRuns],
      "max-lines-per-function": ["error", { max: 70, skipBlankLines: true, skipComments: true }],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      // Ports are records of functions that close over what they need; nothing here has a `this` to lose.
      "@typescript-eslint/unbound-method": "off",
      // An adapter answers with a promise because its port says so, also where it has nothing to wait for.
      "@typescript-eslint/require-await": "off",
      // Replies, rows and JSON come in from outside, typed by hope: decoders look at what the types rule out.
      "@typescript-eslint/no-unnecessary-condition": "off",
    },
  },
  {
    files: ["packages/core/src/**/*.ts"],
    rules: {
      "no-restricted-imports": ["error", ownFilesOnly],
      "no-restricted-globals": ["error", ...hostGlobals],
      "no-restricted-properties": ["error", ...hostProperties],
      "no-restricted-syntax": ["error", ...hostSyntax, ...hostDeclarations, ...everyTestRuns],
      "@typescript-eslint/triple-slash-reference": ["error", { lib: "never", path: "never", types: "never" }],
    },
  },
  {
    // The one place in the core that asks the host: the clock and the ids of the in-memory adapters.
    files: ["packages/core/src/memory/system.ts"],
    rules: {
      "no-restricted-globals": "off",
      "no-restricted-properties": "off",
      "no-restricted-syntax": ["error", ...hostSyntax, ...everyTestRuns],
    },
  },
  {
    // A suite is one long function by nature.
    files: [...testFiles, "packages/core/src/contract/**/*.ts", "packages/core/src/simulation/**/*.ts"],
    rules: { "max-lines-per-function": "off" },
  },
  {
    files: testFiles,
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off",
      // `expect(x).to.be.true` is a statement.
      "@typescript-eslint/no-unused-expressions": "off",
    },
  },
);
