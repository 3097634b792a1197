import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type CryptoKey, type JWK } from "jose";

export interface SigningKey {
  readonly alg: string;
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}

export async function signingKey(alg: string, kid: string): Promise<SigningKey> {
  return { alg, kid, ...(await generateKeyPair(alg, { extractable: true })) };
}

/** An issuer's public keys on a port of their own, as a JSON Web Key Set. */
export interface KeyServer {
  readonly url: string;
  /** How often the set was asked for. */
  readonly asked: number;
  /** What it answers from now on; a number is a status without a set, "hang" no answer at all. */
  serve(what: readonly SigningKey[] | number | "hang" | { readonly json: unknown }): Promise<void>;
  close(): Promise<void>;
}

export async function startKeyServer(): Promise<KeyServer> {
  let answer = (response: ServerResponse): unknown => response.writeHead(500).end();
  let asked = 0;
  const server = createServer((_, response) => {
    asked += 1;
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`,
    get asked() {
      return asked;
    },
    async serve(what) {
      if (what === "hang") answer = () => undefined;
      else if (typeof what === "number") answer = (response) => response.writeHead(what, { location: "/other" }).end();
      else {
        const text = JSON.stringify("json" in what ? what.json : { keys: await Promise.all(what.map(publicJwk)) });
        answer = (response) => response.end(text);
      }
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function publicJwk({ alg, kid, publicKey }: SigningKey): Promise<JWK> {
  return { ...(await exportJWK(publicKey)), alg, kid, use: "sig" };
}
