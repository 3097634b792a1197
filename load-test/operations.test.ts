// docs/operations held against a running sale: the real API on real stores, under a real Prometheus.
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { Redis } from "ioredis";
import { parse } from "yaml";
import { flashSale, startApi } from "./api.js";
import { freePort } from "./servers/free-port.js";
import { startPostgres } from "./servers/postgres.js";
import { findPrometheus, promtool, startPrometheus, type PrometheusServer } from "./servers/prometheus.js";
import { startRedis } from "./servers/redis.js";

const folder = fileURLToPath(new URL("../../docs/operations/", import.meta.url));
const read = (name: string): string => readFileSync(folder + name, "utf8");

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly targets?: readonly { readonly expr: string }[];
}

const alerts = (parse(read("alerts.yml")) as { groups: { rules: Alert[] }[] }).groups.flatMap(({ rules }) => rules);
const { panels } = JSON.parse(read("dashboard.json")) as { panels: Panel[] };
const documents = ["README.md", "runbook.md", "backup-and-restore.md"].map(read);
const typed = documents.flatMap((text) =>
  [...text.matchAll(/^ *```sh\n(.*?)^ *```$/gms)].map(([, block = ""]) => block),
);

/** The metrics that an expression names. */
const metricsOf = (expression: string): string[] => {
  const bare = expression.replaceAll(/\{[^}]*\}|"[^"]*"|\b(?:by|on) \([^)]*\)/g, "");
  return [...new Set(bare.match(/\b(?:(?:flash_sale|nodejs|process)_\w+|up)\b/g))];
};
/** As Grafana would fill them in. */
const filledIn = (expression: string): string =>
  expression.replaceAll("$__rate_interval", "30s").replaceAll(/\$(instance|product)/g, ".*");

const BUYERS = 40;
const LATE_BUYERS = 10;

describe("docs/operations", function () {
  this.timeout(180_000);
  const opened: AsyncDisposable[] = [];
  let env: Record<string, string>;
  let prometheus: PrometheusServer;
  let exposition: string;

  /** Registered as soon as it is there, so that it goes whatever comes after. */
  const open = async <Opened extends AsyncDisposable>(opening: Promise<Opened>): Promise<Opened> => {
    const one = await opening;
    opened.push(one);
    return one;
  };

  /** The example of docs/operations, with where this API is, and shorter intervals. */
  const configFor = (port: number): object => {
    const config = parse(read("prometheus.yml")) as { scrape_configs: [{ static_configs: object[] }] };
    config.scrape_configs[0].static_configs = [{ targets: [`127.0.0.1:${String(port)}`] }];
    const global = { scrape_interval: "1s", evaluation_interval: "1s" };
    return { ...config, global, rule_files: [`${folder}alerts.yml`] };
  };

  /** Until Prometheus has looked three times at what is there now. */
  const untilScraped = async (orders: number): Promise<void> => {
    const seen = async (expression: string): Promise<number> =>
      Number((await prometheus.query(expression))[0]?.value[1] ?? 0);
    while ((await seen('sum(flash_sale_purchases_total{outcome="purchased"})')) < orders) await sleep(200);
    const scrapes = await seen("count_over_time(up[10m])");
    while ((await seen("count_over_time(up[10m])")) < scrapes + 3) await sleep(200);
  };

  before(async () => {
    await findPrometheus();
    const redis = await open(startRedis());
    const postgres = await open(startPostgres());
    // Two processes: what they count must come together in one scrape.
    const rest = { RATE_LIMIT_MAX: "0", LOG_LEVEL: "warn", WORKERS: "2" };
    env = { REDIS_URL: redis.url, DATABASE_URL: postgres.url, ...rest };
    await flashSale(["migrate"], env);
    await flashSale(["seed", "--quantity", "1000"], env);
    const port = await freePort();
    await open(startApi(port, env));
    const base = `http://127.0.0.1:${String(port)}`;
    prometheus = await open(startPrometheus(configFor(port)));
    const { data } = (await (await fetch(`${base}/api/v1/sale/first`)).json()) as { data: { productId: string } };
    const buy = async (buyer: number, headers: Record<string, string> = {}, wish: object = {}): Promise<number> => {
      const answer = await fetch(`${base}/api/v1/sale/purchase`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-user-id": `u${String(buyer)}`, ...headers },
        body: JSON.stringify({ productId: data.productId, ...wish }),
      });
      return answer.status;
    };
    const crowd = (from: number, count: number, headers = {}) =>
      Promise.all(Array.from({ length: count }, (_, one) => buy(from + one, headers)));

    expect(new Set(await crowd(0, BUYERS, { "idempotency-key": "k" }))).to.deep.equal(new Set([201]));
    expect(new Set(await crowd(0, BUYERS, { "idempotency-key": "k" }))).to.deep.equal(new Set([200]));
    expect(await buy(0)).to.equal(403);
    expect(await buy(BUYERS, {}, { quantity: 0 })).to.equal(400);
    await untilScraped(BUYERS);
    const client = new Redis(redis.url);
    await client.flushall();
    client.disconnect();
    expect(new Set(await crowd(BUYERS, LATE_BUYERS))).to.deep.equal(new Set([201]));
    await untilScraped(BUYERS + LATE_BUYERS);
    exposition = await (await fetch(`${base}/metrics`)).text();
  });
  after(async () => {
    for (const one of opened.reverse()) await one[Symbol.asyncDispose]();
  });

  it("has metrics that promtool's linter has nothing to say against", () => {
    const checked = promtool(["check", "metrics"], exposition);
    expect(checked, checked.said).to.deep.equal({ code: 0, said: "" });
    expect(promtool(["check", "metrics"], "# TYPE bad_total gauge\nbad_total 1\n").code).not.to.equal(0);
  });

  it("has rules and a configuration that promtool takes", () => {
    for (const [kind, file] of [
      ["rules", "alerts.yml"],
      ["config", "prometheus.yml"],
    ] as const) {
      const checked = promtool(["check", kind, folder + file]);
      expect(checked.code, checked.said).to.equal(0);
    }
  });

  it("has alerts that fire when they should, and only then, by their own tests", () => {
    const tested = promtool(["test", "rules", `${folder}alerts.test.yml`]);
    expect(tested.code, tested.said).to.equal(0);
    const rehearsed = read("alerts.test.yml");
    for (const { alert } of alerts) expect(rehearsed).to.contain(`alertname="${alert}"`);
  });

  it("has alerts whose metrics are all there, which Prometheus carries out, and which this sale fires none of", async () => {
    for (const { alert, expr } of alerts) {
      expect(metricsOf(expr), alert).not.to.be.empty;
      for (const name of metricsOf(expr)) {
        expect(await prometheus.query(`count(${name})`), `${alert}: ${name}`).not.to.be.empty;
      }
    }
    const rules = await prometheus.rules();
    expect(rules.map(({ name }) => name)).to.deep.equal(alerts.map(({ alert }) => alert));
    for (const { name, health, lastError, state } of rules) {
      expect([health, lastError ?? "", state], name).to.deep.equal([
        "ok",
        "",
        state === "pending" ? state : "inactive",
      ]);
    }
  });

  it("has a dashboard whose every query returns data", async () => {
    const targets = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));
    expect(targets.length).to.be.above(30);
    for (const { title, expr } of targets) {
      expect(await prometheus.query(filledIn(expr)), `${title}: ${expr}`).not.to.be.empty;
    }
    const shown = targets.flatMap(({ expr }) => metricsOf(expr));
    for (const [, name = ""] of exposition.matchAll(/^# TYPE (flash_sale_\S+)/gm))
      expect(
        shown.some((one) => one.startsWith(name)),
        `${name} is on no panel`,
      ).to.equal(true);
  });

  it("counts what was done: purchases, replays, a refusal, and the inventory that was replaced", async () => {
    const value = async (expression: string): Promise<number> =>
      Number((await prometheus.query(expression))[0]?.value[1]);
    expect(await value('sum(flash_sale_purchases_total{outcome="purchased"})')).to.equal(BUYERS + LATE_BUYERS);
    expect(await value('sum(flash_sale_purchases_total{outcome="replayed"})')).to.equal(BUYERS);
    expect(await value('sum(flash_sale_purchases_total{outcome="limit_reached"})')).to.equal(1);
    expect(await value("sum(flash_sale_commit_batch_reservations_sum)")).to.equal(BUYERS + LATE_BUYERS);
    expect(await value("sum(flash_sale_epoch_changes_total)")).to.equal(1);
    expect(await value("sum(flash_sale_rebuild_duration_seconds_count)")).to.equal(1);
    expect(await value("max(flash_sale_units_available)")).to.equal(1_000 - BUYERS - LATE_BUYERS);
  });

  it("has a section in the runbook for each alert, which says what it means, what to look at and what to type", () => {
    const [, runbook = ""] = documents;
    const sections = new Map(
      runbook.split(/^## /m).map((section) => [section.split("\n", 1)[0] ?? "", section] as const),
    );
    for (const { alert, annotations, labels } of alerts) {
      expect(sections.get(alert), alert)
        .to.contain("**Means.**")
        .and.to.contain("**Look at.**")
        .and.to.contain("```sh");
      expect(annotations.runbook).to.equal(`docs/operations/runbook.md#${alert.toLowerCase()}`);
      expect(labels.severity).to.be.oneOf(["critical", "warning"]);
    }
    const named = [...sections.keys()].filter((name) => name.startsWith("FlashSale"));
    expect(named.sort()).to.deep.equal(alerts.map(({ alert }) => alert).sort());
  });

  it("types commands that there are, and looks for metrics and lines that there are", async () => {
    const help = await flashSale(["--help"], env);
    const commands = typed.flatMap((block) => [...block.matchAll(/\bflash-sale (?:-- )?([a-z]+)/g)]);
    expect(commands).not.to.be.empty;
    for (const [command, word = ""] of commands) expect(help, command).to.match(new RegExp(`\\b${word}\\b`));
    const names = documents.flatMap(
      (text) => text.match(/\bflash_sale_\w+|\bnodejs_\w+[a-z0-9]|\bprocess_\w+[a-z]/g) ?? [],
    );
    for (const name of new Set(names)) expect(exposition, name).to.match(new RegExp(`^${name}`, "m"));
    const sources = ["request-scope", "watched-ports", "workers"].map((name) =>
      readFileSync(new URL(`../../packages/http-koa/src/${name}.ts`, import.meta.url), "utf8"),
    );
    const sought = typed.flatMap((block) => [...block.matchAll(/grep '"([^"':\n]*)/g)].map(([, words = ""]) => words));
    for (const words of new Set(sought.filter((one) => one.includes(" "))))
      expect(sources.join("\n"), words).to.contain(words);
  });
});
