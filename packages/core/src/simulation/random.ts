/** Chance that a seed decides: the same seed draws the same numbers on every machine. */
export interface Random {
  /** A whole number of 32 bits. */
  bits(): number;
  /** From 0, included, to 1, excluded. */
  fraction(): number;
  /** A whole number from `min` to `max`, both included. */
  between(min: number, max: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly [T, ...T[]]): T;
  /** One of the items; null where there is none. */
  pickAny<T>(items: readonly T[]): T | null;
}

/** Chris Doty-Humphrey's sfc32: small, fast, and good enough to pass PractRand. */
export function createRandom(seed: number): Random {
  let [a, b, c, counter] = [0x9e3779b9, seed | 0, Math.floor(seed / 2 ** 32) | 0, 1];

  function bits(): number {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  // Neighbouring seeds draw alike until they are stirred.
  for (let stir = 0; stir < 15; stir += 1) bits();

  const fraction = () => bits() / 2 ** 32;
  const between = (min: number, max: number) => min + Math.floor(fraction() * (max - min + 1));
  return {
    bits,
    fraction,
    between,
    chance: (probability) => fraction() < probability,
    pick: (items) => items[between(0, items.length - 1)] ?? items[0],
    pickAny: (items) => items[between(0, items.length - 1)] ?? null,
  };
}
