import { createHmac } from "node:crypto";
import { exportJWK, exportSPKI, SignJWT, UnsecuredJWT, type JWTPayload } from "jose";
import { expect } from "chai";
import sinon from "sinon";
import { ADMIN_KEY, request, startApi, TRUSTED, type Answer, type Api } from "./api.js";
import { signingKey, startKeyServer, type KeyServer, type SigningKey } from "./key-server.js";
import { freshStores } from "./stores.js";
import { startWiredApp } from "./wired-app.js";

const SECRET = "a secret that is thirty-two bytes, and more";
const NOBODY = "0190a5a0-0000-7000-8000-000000000000";
const newProduct = { name: "Console", price: 499, totalQuantity: 100 };
const inAnHour = () => Math.floor(Date.now() / 1_000) + 3_600;
const claims = (more: JWTPayload = {}): JWTPayload => ({ sub: "u1", exp: inAnHour(), ...more });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

const signed = (payload: JWTPayload, secret = SECRET, alg = "HS256"): Promise<string> =>
  new SignJWT(payload).setProtectedHeader({ alg }).sign(Buffer.from(secret));
const signedBy = ({ alg, kid, privateKey }: SigningKey, payload = claims()): Promise<string> =>
  new SignJWT(payload).setProtectedHeader({ alg, kid }).sign(privateKey);

let api: Api;
const closeApi = async (): Promise<void> => {
  sinon.restore();
  await api.close();
};

function expectRefusal({ status, body, headers }: Answer, code: string): void {
  const statuses: Record<string, number> = { UNAUTHENTICATED: 401, FORBIDDEN: 403, UNAVAILABLE: 503 };
  expect(body, JSON.stringify(body)).to.include({ success: false, code });
  expect(status).to.equal(statuses[code]);
  expect(body.error).to.match(/^\S.*\.$/);
  if (code === "UNAUTHENTICATED") expect(headers.get("www-authenticate")).to.match(/^Bearer\b/);
  expect(headers.has("retry-after")).to.equal(status === 503);
}

describe("a buyer in the mode jwt, with a secret", () => {
  afterEach(closeApi);
  beforeEach(async () => {
    const auth = {
      ...TRUSTED,
      mode: "jwt",
      secret: SECRET,
      issuer: "https://issuer.example",
      audience: "sale",
    } as const;
    api = await startApi({ auth });
  });

  const ours = (more: JWTPayload = {}) => claims({ iss: "https://issuer.example", aud: ["shop", "sale"], ...more });
  const buy = async (headers: Record<string, string>, path = "/sale/purchase", more = {}) =>
    api.post(path, { productId: await api.product(), ...more }, headers);

  it("is the sub of a valid token, whatever header, query and body say", async () => {
    const token = await signed(ours({ sub: "A.z_0@-:" }));
    const headers = { ...bearer(token), "x-user-id": "header" };
    const bought = await buy(headers, "/sale/purchase?userId=query", { userId: "body" });
    expect(bought.status).to.equal(201);
    expect(bought.body.data.userId).to.equal("A.z_0@-:");
    const { orderId, productId } = bought.body.data;
    const mine = await api.call(`/api/v1/sale/user/status?productId=${productId}&userId=other`, { headers });
    expect(mine.body.data).to.include({ hasPurchased: true });
    expect((await api.call(`/api/v1/sale/orders/${orderId}?userId=other`, { headers })).status).to.equal(200);
  });

  it("is nobody without a token, whatever header, query and body say", async () => {
    for (const headers of [
      {},
      { "x-user-id": "u1" },
      { authorization: "Basic dTE6eA==" },
      { "x-admin-key": ADMIN_KEY },
    ]) {
      const answer = await buy(headers, "/sale/purchase?userId=u1", { userId: "u1" });
      expectRefusal(answer, "UNAUTHENTICATED");
      expect(answer.headers.get("www-authenticate")).to.equal("Bearer");
    }
    const headers = { "x-user-id": "u1" };
    const status = `/api/v1/sale/user/status?userId=u1&productId=${NOBODY}`;
    for (const path of [status, `/api/v1/sale/orders/${NOBODY}?userId=u1`])
      expectRefusal(await api.call(path, { headers }), "UNAUTHENTICATED");
  });

  it("finds no other buyer's order with a token", async () => {
    const { body } = await buy(bearer(await signed(ours())));
    const headers = { ...bearer(await signed(ours({ sub: "u2" }))), "x-user-id": "u1" };
    const answer = await api.call(`/api/v1/sale/orders/${body.data.orderId}?userId=u1`, { headers });
    expect(answer.body.code).to.equal("ORDER_NOT_FOUND");
  });

  it("may name anybody in the body, but only as a user id", async () => {
    const answer = await buy(bearer(await signed(ours())), "/sale/purchase", { userId: "a b" });
    expect(answer.body.code).to.equal("INVALID_REQUEST");
  });

  it("has five seconds of grace between two clocks", async () => {
    const now = Math.floor(Date.now() / 1_000);
    expect((await buy(bearer(await signed(ours({ exp: now - 2, nbf: now + 3 }))))).status).to.equal(201);
  });

  it("may write bearer in small letters", async () => {
    expect((await buy({ authorization: `bearer  ${await signed(ours())}` })).status).to.equal(201);
  });

  const now = () => Math.floor(Date.now() / 1_000);
  const wrong: [string, () => string | Promise<string>][] = [
    ["no token after the word", () => ""],
    ["a token of garbage", () => "a.b.c"],
    ["two tokens", async () => `${await signed(ours())} ${await signed(ours())}`],
    ["a token without a signature", () => new UnsecuredJWT(ours()).encode()],
    ["a token of another secret", () => signed(ours(), `${SECRET}.`)],
    ["a token of another algorithm with the same secret", () => signed(ours(), `${SECRET}${SECRET}`, "HS512")],
    ["a token whose claims were changed", async () => changed(await signed(ours()), ours({ sub: "u2" }))],
    ["a token that has expired", () => signed(ours({ exp: now() - 10 }))],
    ["a token that never expires", () => signed({ sub: "u1", iss: "https://issuer.example", aud: "sale" })],
    ["a token whose exp is a text", () => signed(ours({ exp: "2099" as unknown as number }))],
    ["a token that is not valid yet", () => signed(ours({ nbf: now() + 60 }))],
    ["a token of another issuer", () => signed(ours({ iss: "https://other.example" }))],
    ["a token without an issuer", () => signed(claims({ aud: "sale" }))],
    ["a token for another audience", () => signed(ours({ aud: ["shop"] }))],
    ["a token for no audience", () => signed(claims({ iss: "https://issuer.example" }))],
    ["a token without a sub", () => signed({ ...ours(), sub: undefined } as unknown as JWTPayload)],
    ["a sub with braces", () => signed(ours({ sub: "{u1}" }))],
    ["a sub of 65 characters", () => signed(ours({ sub: "u".repeat(65) }))],
    ["a sub that is a number", () => signed(ours({ sub: 1 as unknown as string }))],
  ];
  for (const [what, token] of wrong) {
    it(`is nobody with ${what}`, async () => {
      const answer = await buy(bearer(await token()));
      expectRefusal(answer, "UNAUTHENTICATED");
      expect(answer.headers.get("www-authenticate")).to.equal('Bearer error="invalid_token"');
    });
  }

  it("shows no token in the log", async () => {
    const tokens = [await signed(ours()), await signed(ours({ exp: 1 }))];
    for (const token of tokens) await buy(bearer(token));
    for (const token of tokens) expect(JSON.stringify(api.lines)).not.to.contain(token.split(".")[2]);
  });
});

describe("an app that is wired with AUTH_MODE=jwt", () => {
  it("knows its buyers and its admins by their tokens, and nobody by a header", async () => {
    const stores = await freshStores();
    const env = { AUTH_MODE: "jwt", AUTH_JWT_SECRET: SECRET, AUTH_ISSUER: "https://a", AUTH_AUDIENCE: "sale" };
    const app = await startWiredApp({ ...stores.env, ...env });
    const statusOf = async (headers: Record<string, string>, path = `/sale/orders/${NOBODY}`, init = {}) =>
      (await request(app.url + path, { headers, ...init })).status;
    const ours = { iss: "https://a", aud: "sale" };
    expect(await statusOf({ "x-user-id": "u1" })).to.equal(401);
    expect(await statusOf(bearer(await signed(claims(ours))))).to.equal(404);
    expect(await statusOf(bearer(await signed(claims({ ...ours, aud: "other" }))))).to.equal(401);
    expect(await statusOf(bearer(await signed(claims({ ...ours, iss: "https://b" }))))).to.equal(401);
    const created = { method: "POST", body: JSON.stringify(newProduct) };
    for (const [scope, status] of [
      ["admin", 201],
      ["buyer", 403],
    ] as const) {
      const headers = { ...bearer(await signed(claims({ ...ours, scope }))), "content-type": "application/json" };
      expect(await statusOf(headers, "/admin/products", created)).to.equal(status);
    }
    await app.close();
    await stores.drop();
  });
});

/** The same token with other claims under its signature. */
function changed(token: string, payload: JWTPayload): string {
  const [header, , signature] = token.split(".");
  return [header, Buffer.from(JSON.stringify(payload)).toString("base64url"), signature].join(".");
}

describe("a buyer in the mode jwt, with an issuer's keys", () => {
  afterEach(closeApi);
  let keys: KeyServer;
  let clock: sinon.SinonFakeTimers;
  let rsa: SigningKey;
  before(async () => {
    rsa = await signingKey("RS256", "rsa");
  });
  beforeEach(async () => {
    // What is waited for by date is not slept through; sockets and their time-outs go on by themselves.
    clock = sinon.useFakeTimers({ now: Date.now(), toFake: ["Date", "performance"] });
    keys = await startKeyServer();
    await keys.serve([rsa]);
    api = await startApi({ auth: { ...TRUSTED, mode: "jwt", jwksUrl: keys.url } });
  });
  afterEach(() => keys.close());

  const buy = async (token: string) => api.post("/sale/purchase", { productId: await api.product() }, bearer(token));

  for (const alg of ["RS256", "PS256", "ES256", "EdDSA"]) {
    it(`is the sub of a token that is signed with ${alg}`, async () => {
      const key = await signingKey(alg, alg);
      await keys.serve([rsa, key]);
      expect((await buy(await signedBy(key, claims({ sub: "u7" })))).body.data.userId).to.equal("u7");
    });
  }

  it("is nobody with an algorithm that is not on the list, though its key is in the set", async () => {
    for (const alg of ["RS512", "ES384"]) {
      const key = await signingKey(alg, alg);
      await keys.serve([key]);
      expectRefusal(await buy(await signedBy(key)), "UNAUTHENTICATED");
    }
    expect(keys.asked).to.equal(0);
  });

  it("is nobody with the public key as the secret of a signature", async () => {
    const spki = await exportSPKI(rsa.publicKey);
    const jwk = await exportJWK(rsa.publicKey);
    const der = Buffer.from(spki.replace(/-----.*-----|\s/g, ""), "base64");
    for (const secret of [spki, spki.trim(), der, JSON.stringify(jwk), Buffer.from(jwk.n!, "base64url")]) {
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
      const text = `${part({ alg: "HS256", kid: rsa.kid })}.${part(claims())}`;
      const forged = `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
      expectRefusal(await buy(forged), "UNAUTHENTICATED");
    }
  });

  it("is nobody with a key that the token itself brings along", async () => {
    const own = await signingKey("RS256", "own");
    const header = { alg: "RS256", jwk: await exportJWK(own.publicKey), jku: keys.url };
    const token = await new SignJWT(claims()).setProtectedHeader(header).sign(own.privateKey);
    expectRefusal(await buy(token), "UNAUTHENTICATED");
  });

  it("is known by a token that does not say which of two keys it is signed with", async () => {
    const [older, newer] = [await signingKey("ES256", "1"), await signingKey("ES256", "2")];
    await keys.serve([older, newer]);
    for (const { privateKey } of [older, newer]) {
      const token = await new SignJWT(claims()).setProtectedHeader({ alg: "ES256" }).sign(privateKey);
      expect((await buy(token)).status).to.equal(201);
    }
    const other = await signingKey("ES256", "3");
    const token = await new SignJWT(claims()).setProtectedHeader({ alg: "ES256" }).sign(other.privateKey);
    expectRefusal(await buy(token), "UNAUTHENTICATED");
  });

  it("is known by a new key soon after the issuer changed it, and by a withdrawn one no more after minutes", async () => {
    const next = await signingKey("ES256", "next");
    expect((await buy(await signedBy(rsa))).status).to.equal(201);
    await keys.serve([next]);
    clock.tick(6_000);
    expect((await buy(await signedBy(next))).status).to.equal(201);
    expectRefusal(await buy(await signedBy(rsa)), "UNAUTHENTICATED");
    await keys.serve([rsa]);
    clock.tick(301_000);
    // This one has the set fetched behind it.
    expect((await buy(await signedBy(next))).status).to.equal(201);
    while (keys.asked < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    clock.tick(6_000);
    expectRefusal(await buy(await signedBy(next)), "UNAUTHENTICATED");
  });

  it("has the keys fetched once for a crowd, and for a crowd of unknown keys no oftener than every five seconds", async () => {
    const crowd = await Promise.all(Array.from({ length: 30 }, (_, i) => signedBy(rsa, claims({ sub: `u${i}` }))));
    await Promise.all(crowd.map(buy));
    expect(keys.asked).to.equal(1);
    const made = await Promise.all(Array.from({ length: 30 }, (_, i) => signedBy({ ...rsa, kid: `made up ${i}` })));
    clock.tick(6_000);
    for (const token of made) expectRefusal(await buy(token), "UNAUTHENTICATED");
    expect(keys.asked).to.equal(2);
  });

  for (const what of [500, 302, 404, { json: { keys: 1 } }, { json: "x" }] as const) {
    it(`is told to come back, not that the token is wrong, while the keys are ${JSON.stringify(what)}`, async () => {
      await keys.serve(what);
      const token = await signedBy(rsa);
      const answer = await buy(token);
      expectRefusal(answer, "UNAVAILABLE");
      expect(answer.headers.get("retry-after")).to.equal("1");
      for (let count = 0; count < 10; count += 1) expectRefusal(await buy(token), "UNAVAILABLE");
      expect(keys.asked).to.equal(1);
      await keys.serve([rsa]);
      clock.tick(1_001);
      expect((await buy(token)).status).to.equal(201);
    });
  }

  it("is told to come back while the issuer's server does not answer at all", async () => {
    await keys.serve("hang");
    expectRefusal(await buy(await signedBy(rsa)), "UNAVAILABLE");
  }).timeout(20_000);

  it("buys on, with the keys that are known, while the issuer's server is away, for an hour", async () => {
    const token = await signedBy(rsa, claims({ exp: inAnHour() + 36_000 }));
    expect((await buy(token)).status).to.equal(201);
    await keys.serve(500);
    clock.tick(3_500_000);
    expect((await buy(token)).status).to.equal(201);
    clock.tick(101_000);
    expectRefusal(await buy(token), "UNAVAILABLE");
  });
});

describe("a buyer in the mode trusted-header", () => {
  afterEach(closeApi);
  it("is never named by a token", async () => {
    api = await startApi({ auth: { ...TRUSTED, secret: SECRET } });
    const productId = await api.product();
    const token = await signed(claims({ sub: "token" }));
    const nobody = await api.post("/sale/purchase", { productId }, bearer(token));
    expect(nobody.body.code).to.equal("UNAUTHENTICATED");
    expect(nobody.status).to.equal(401);
    expect((await api.buy("header", { productId }, bearer(token))).body.data.userId).to.equal("header");
  });
});

describe("an admin", () => {
  afterEach(closeApi);
  const create = (headers: Record<string, string>) => api.post("/admin/products", newProduct, headers);
  const withKey = { "x-admin-key": ADMIN_KEY };

  for (const mode of ["trusted-header", "jwt"] as const) {
    describe(`in the mode ${mode}, where tokens can be checked`, () => {
      beforeEach(async () => {
        api = await startApi({ auth: { ...TRUSTED, mode, secret: SECRET, audience: "sale" } });
      });
      const token = (more: JWTPayload) => signed(claims({ aud: "sale", ...more }));

      it("shows the key, whatever token comes with it", async () => {
        expect((await create(withKey)).status).to.equal(201);
        expect((await create({ ...withKey, ...bearer("x") })).status).to.equal(201);
      });
      for (const scope of ["admin", "read admin write", ["read", "admin"]]) {
        it(`shows a token of the scope ${JSON.stringify(scope)}`, async () => {
          expect((await create(bearer(await token({ scope })))).status).to.equal(201);
        });
      }
      for (const scope of [undefined, "", "administrator", "read,admin", "ADMIN", { admin: true }, ["read admin"]]) {
        it(`is not who shows a token of the scope ${JSON.stringify(scope)}`, async () => {
          expectRefusal(await create(bearer(await token(scope === undefined ? {} : { scope }))), "FORBIDDEN");
        });
      }
      it("is not who shows a token of that scope that is not valid", async () => {
        const scope = "admin";
        for (const wrong of ["", "a.b.c", await token({ scope, exp: 1 }), await token({ scope, aud: "other" })])
          expectRefusal(await create(bearer(wrong)), "FORBIDDEN");
        expectRefusal(await create(bearer(new UnsecuredJWT(claims({ aud: "sale", scope })).encode())), "FORBIDDEN");
      });
      it("is not who shows a wrong key, whatever token comes with it", async () => {
        const headers = { ...bearer(await token({ scope: "admin" })), "x-admin-key": "wrong" };
        expectRefusal(await create(headers), "FORBIDDEN");
      });
      it("shows something: nobody is 401", async () => {
        expectRefusal(await create({}), "UNAUTHENTICATED");
        expectRefusal(await create({ authorization: "Basic dTE6eA==" }), "UNAUTHENTICATED");
      });
    });
  }

  it("shows a token also where no key is configured; a key is then a wrong one", async () => {
    api = await startApi({ adminApiKey: null, auth: { ...TRUSTED, mode: "jwt", secret: SECRET } });
    expect((await create(bearer(await signed(claims({ scope: "admin" }))))).status).to.equal(201);
    expectRefusal(await create(withKey), "FORBIDDEN");
    expectRefusal(await create({}), "UNAUTHENTICATED");
  });

  it("shows no token where none can be checked: it is no credential", async () => {
    api = await startApi();
    const token = bearer(await signed(claims({ scope: "admin" })));
    const answer = await create(token);
    expect([answer.status, answer.body.code]).to.deep.equal([401, "UNAUTHENTICATED"]);
    await api.close();
    api = await startApi({ adminApiKey: null });
    expectRefusal(await create(token), "FORBIDDEN");
  });

  it("is told to come back while the keys cannot be reached, and let in with the admin key all the same", async () => {
    const keys = await startKeyServer();
    const key = await signingKey("EdDSA", "1");
    api = await startApi({ auth: { ...TRUSTED, jwksUrl: keys.url } });
    expectRefusal(await create(bearer(await signedBy(key, claims({ scope: "admin" })))), "UNAVAILABLE");
    expect((await create(withKey)).status).to.equal(201);
    await keys.close();
  });
});
