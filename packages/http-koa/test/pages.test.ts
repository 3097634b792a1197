import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { expect } from "chai";
import Koa from "koa";
import { startApi, type Api } from "./api.js";

const FOR_EVER = "public, max-age=31536000, immutable";

interface Sent {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** As a browser asks, without a client that unpacks what is compressed. */
function ask(url: string, headers: Record<string, string> = {}, method = "GET"): Promise<Sent> {
  return new Promise((resolve, reject) => {
    httpRequest(url, { method, headers, agent: false })
      .once("error", reject)
      .once("response", (response) => {
        const { statusCode: status, headers: told } = response;
        buffer(response).then((body) => resolve({ status, headers: told, body }), reject);
      })
      .end();
  });
}

describe("the pages", () => {
  let api: Api;
  before(async () => {
    api = await startApi();
  });
  after(() => api.close());

  const get = (path: string, headers?: Record<string, string>, method?: string) => ask(api.url + path, headers, method);
  const assetsOf = async (path: string): Promise<string[]> => {
    const html = (await get(path)).body.toString();
    return [...html.matchAll(/(?:src|href)="(assets\/[^"]+)"/g)].map(([, name = ""]) => `/${name}`);
  };

  for (const path of ["/", "/admin"]) {
    describe(path, () => {
      it("is HTML that is asked for again each time, and sent once", async () => {
        const { status, headers, body } = await get(path);
        expect([status, headers["content-type"]]).to.deep.equal([200, "text/html; charset=utf-8"]);
        expect([headers["cache-control"], headers.vary]).to.deep.equal(["no-cache", "Accept-Encoding"]);
        expect(body.toString()).to.match(/^<!doctype html>/);
        expect(headers["x-request-id"]).to.match(/./);
        const again = await get(path, { "if-none-match": headers.etag ?? "" });
        expect([again.status, again.body.length, again.headers.vary]).to.deep.equal([304, 0, "Accept-Encoding"]);
      });

      it("has a policy that lets in nothing inline and nothing of another host, and needs no more", async () => {
        const { headers, body } = await get(path);
        expect(headers["content-security-policy"]).to.equal(
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        );
        const html = body.toString();
        expect(html).not.to.match(/<style|\sstyle=|\son\w+=|<script(?![^>]* src=)|<base/i);
        expect(html.replaceAll("http://www.w3.org/2000/svg", "")).not.to.match(/https?:\/\//);
      });

      it("names a script and a style sheet by their content: they are kept for ever, and asked for by no other name", async () => {
        const assets = await assetsOf(path);
        expect(assets.map((name) => name.replace(/-\w{10}\./, "."))).to.have.members(
          ["css", "js"].map((extension) => `/assets/${path === "/" ? "storefront" : "admin"}.${extension}`),
        );
        for (const asset of assets) {
          const { status, headers, body } = await get(asset);
          const type = asset.endsWith(".js") ? "text/javascript; charset=utf-8" : "text/css; charset=utf-8";
          expect([status, headers["content-type"], headers["cache-control"]]).to.deep.equal([200, type, FOR_EVER]);
          expect(body.toString()).not.to.contain("sourceMappingURL");
          expect((await get(asset, { "if-none-match": headers.etag ?? "" })).status).to.equal(304);
          expect((await get(asset.replace(/-\w{10}\./, "."))).status).to.equal(404);
          expect((await get(asset.replace(/-\w{10}\./, "-0000000000."))).status).to.equal(404);
        }
      });

      it("comes smaller to whoever takes it so, each form with an ETag of its own", async () => {
        for (const name of [path, ...(await assetsOf(path))]) {
          const plain = await get(name, { "accept-encoding": "identity" });
          const gzip = await get(name, { "accept-encoding": "gzip, deflate" });
          const brotli = await get(name, { "accept-encoding": "gzip, deflate, br, zstd" });
          const none = await get(name, { "accept-encoding": "br;q=0, gzip;q=0" });
          const forms = [plain, gzip, brotli, none];
          expect(forms.map(({ headers }) => headers["content-encoding"])).to.deep.equal([
            ...[undefined, "gzip", "br", undefined],
          ]);
          expect(gunzipSync(gzip.body).equals(plain.body)).to.be.true;
          expect(brotliDecompressSync(brotli.body).equals(plain.body)).to.be.true;
          expect(brotli.body.length).to.be.below(plain.body.length);
          expect(new Set(forms.map(({ headers }) => headers.etag)).size).to.equal(3);
          for (const { headers, body } of forms) {
            expect([headers.vary, headers["content-length"]]).to.deep.equal(["Accept-Encoding", String(body.length)]);
          }
        }
      });

      it("answers HEAD as GET, without the content, and no other method", async () => {
        for (const name of [path, ...(await assetsOf(path))]) {
          const { headers } = await get(name);
          const head = await get(name, {}, "HEAD");
          expect([head.status, head.body.length, head.headers.etag]).to.deep.equal([200, 0, headers.etag]);
          expect(head.headers["content-length"]).to.equal(headers["content-length"]);
          const posted = await get(name, {}, "POST");
          expect([posted.status, posted.headers.allow]).to.deep.equal([405, "HEAD, GET"]);
        }
      });
    });
  }

  it("weigh little: the storefront's script is below 12 KiB compressed", async () => {
    const [script = ""] = (await assetsOf("/")).filter((name) => name.endsWith(".js"));
    expect((await get(script, { "accept-encoding": "gzip" })).body.length).to.be.below(12 * 1_024);
  });

  it("have no other file: no path leads out of them", async () => {
    for (const path of [
      "/assets/",
      "/assets/package.json",
      "/assets/storefront.html",
      "/assets/..%2fstorefront.html",
      "/assets/%2e%2e/pages/admin.html",
      "/assets/..%2f..%2findex.js",
      "/assets/constructor",
      "/assets/__proto__",
      "/assets/storefront.css%00",
      "/pages/storefront.js",
      "/Admin",
    ]) {
      const answer = await api.call(path);
      expect([answer.status, answer.body.code], path).to.deep.equal([404, "NOT_FOUND"]);
    }
  });

  it("send whoever comes by a page's other address to the one from which its links hold", async () => {
    const { status, headers } = await get("/admin/?x=1");
    expect([status, headers.location]).to.deep.equal([308, "../admin?x=1"]);
  });

  it("hold where the app is mounted below a prefix", async () => {
    const outer = new Koa();
    const inner = api.app.callback();
    // What a mount does: the prefix is taken from the path, and the request's own target stays what it was.
    outer.use((ctx) => {
      ctx.respond = false;
      const { req, res } = ctx;
      Object.assign(req, { originalUrl: req.url, url: (req.url ?? "").replace(/^\/shop(?=\/|\?|$)\/?/, "/") });
      return inner(req, res);
    });
    const server = outer.listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    try {
      const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      for (const page of ["/shop/", "/shop/admin"]) {
        const html = (await ask(base + page)).body.toString();
        for (const [, link = ""] of html.matchAll(/(?:src|href)="(assets\/[^"]+|api\/docs)"/g)) {
          expect((await ask(new URL(link, base + page).href)).status, link).to.equal(200);
        }
      }
      expect((await ask(`${base}/shop/admin/`)).headers.location).to.equal("../admin");
      expect((await ask(`${base}/shop?productId=1`)).headers.location).to.equal("./shop/?productId=1");
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
