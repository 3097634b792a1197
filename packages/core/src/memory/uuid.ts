import { DERIVED_NAMESPACE } from "../ports/ids.js";

/** UUIDv5 (RFC 9562, section 5.5) of the JSON array of `parts`. Adapters on Node use a library; this one runs anywhere. */
export function derivedUuid(parts: readonly (string | number)[]): string {
  const namespace = DERIVED_NAMESPACE.replaceAll("-", "").match(/../g) ?? [];
  const hash = sha1([...namespace.map((hex) => parseInt(hex, 16)), ...utf8(JSON.stringify(parts))]).slice(0, 16);
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function utf8(text: string): number[] {
  const percentEncoded = encodeURIComponent(text);
  return [...percentEncoded.matchAll(/%(..)|./g)].map(([character, hex]) =>
    hex ? parseInt(hex, 16) : character.charCodeAt(0),
  );
}

/** FIPS 180-4, section 6.1. */
function sha1(message: readonly number[]): number[] {
  const bytes = [...message, 0x80];
  while (bytes.length % 64 !== 56) bytes.push(0);
  bytes.push(0, 0, 0, 0, ...word(message.length * 8));

  const state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
  for (let block = 0; block < bytes.length; block += 64) {
    const w: number[] = [];
    for (let t = 0; t < 80; t += 1) {
      const at = block + t * 4;
      w[t] = t < 16 ? unword(bytes.slice(at, at + 4)) : rotate(xor(w[t - 3], w[t - 8], w[t - 14], w[t - 16]), 1);
    }
    let [a = 0, b = 0, c = 0, d = 0, e = 0] = state;
    for (let t = 0; t < 80; t += 1) {
      const [f, k] = round(t, b, c, d);
      const next = (rotate(a, 5) + f + e + k + (w[t] ?? 0)) | 0;
      [a, b, c, d, e] = [next, a, rotate(b, 30), c, d];
    }
    [a, b, c, d, e].forEach((value, index) => (state[index] = ((state[index] ?? 0) + value) | 0));
  }
  return state.flatMap(word);
}

function round(t: number, b: number, c: number, d: number): [f: number, k: number] {
  if (t < 20) return [(b & c) | (~b & d), 0x5a827999];
  if (t < 40) return [b ^ c ^ d, 0x6ed9eba1];
  if (t < 60) return [(b & c) | (b & d) | (c & d), 0x8f1bbcdc];
  return [b ^ c ^ d, 0xca62c1d6];
}

const rotate = (value: number, bits: number) => (value << bits) | (value >>> (32 - bits));
const xor = (...values: (number | undefined)[]) => values.reduce<number>((all, value) => all ^ (value ?? 0), 0);
const word = (value: number) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff);
const unword = (bytes: readonly number[]) => bytes.reduce((value, byte) => (value << 8) | byte, 0);
