// Who may know whom. `npm run boundaries` fails on the first file that breaks a rule.
const core = "^packages/core/";
/** Matches a package wherever it lies, also one that is not installed. */
const npm = (...names) => names.map((name) => `(^|node_modules/)${name}(/|$)`);

module.exports = {
  forbidden: [
    {
      name: "core-knows-only-itself",
      comment: "The core is pure: no package, no Node module, no other folder of this house.",
      severity: "error",
      from: { path: "^packages/core/src/" },
      to: { pathNot: "^packages/core/src/" },
    },
    {
      name: "adapters-know-only-the-core",
      comment: "An adapter may be used without the others, without HTTP and without the CLI.",
      severity: "error",
      from: { path: "^packages/(adapters-[^/]+)/" },
      to: { path: "^(packages|load-test)/", pathNot: [core, "^packages/$1/"] },
    },
    {
      name: "only-http-and-cli-know-the-container",
      comment: "Domain and adapters are built by plain functions; an embedder needs no container.",
      severity: "error",
      from: { pathNot: "^packages/(http-koa|cli)/" },
      to: { path: npm("inversify", "reflect-metadata") },
    },
    {
      name: "http-does-not-know-the-cli",
      severity: "error",
      from: { path: "^packages/http-koa/" },
      to: { path: "^packages/cli/" },
    },
    {
      name: "pages-know-only-themselves",
      comment:
        "What runs in a browser imports its own folder, what the pages share, and packages that the build bundles.",
      severity: "error",
      from: { path: "^packages/[^/]+/web/([^/]+)/" },
      to: { path: "^(packages|load-test)/", pathNot: ["^packages/[^/]+/web/$1/", "^packages/[^/]+/web/shared/"] },
    },
    {
      name: "packages-do-not-know-the-load-tests",
      comment: "Nor the examples: those know the packages, as a stranger would.",
      severity: "error",
      from: { path: "^packages/" },
      to: { path: "^(load-test|examples)/" },
    },
    {
      name: "through-the-front-door",
      comment: "Another package is imported by its name, not by a path into its sources.",
      severity: "error",
      from: { path: "^(packages/[^/]+|load-test|examples)/" },
      to: { path: "^packages/[^/]+/src/", pathNot: "^$1/" },
    },
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no-orphans",
      comment: "A file that nobody imports and that imports nobody is no part of the house.",
      severity: "error",
      from: {
        orphan: true,
        pathNot: ["/(index|main)\\.ts$", "\\.test\\.ts$", "^load-test/[^/]+$", "/k6/", "/copied/", "\\.d\\.ts$"],
      },
      to: {},
    },
    {
      name: "everything-resolves",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: "^k6(/|$)" },
    },
    {
      name: "declared-dependencies",
      comment: "What a package's sources import stands in its own package.json, or the packed tarball lacks it.",
      severity: "error",
      from: { path: "^packages/[^/]+/src/" },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown"] },
    },
    {
      name: "no-development-dependencies",
      comment: "A package's sources run where development dependencies are not installed. Types are gone by then.",
      severity: "error",
      from: { path: "^packages/[^/]+/src/" },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"], pathNot: "node_modules/@types/" },
    },
  ],
  options: {
    doNotFollow: { path: ["node_modules", "/dist/"] },
    exclude: { path: ["^(load-test|examples)/dist/", "/dist-test/"] },
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "node", "default"],
      mainFields: ["module", "main", "types"],
    },
  },
};
