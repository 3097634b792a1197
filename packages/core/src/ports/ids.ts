/** Ids, so that a test can tell them beforehand. */
export interface Ids {
  /** A new UUID, greater than those before it as far as clocks allow (version 7): random ids cost seven times the WAL. */
  next(): string;
  /**
   * The UUIDv5 (RFC 9562, section 5.5; namespace `DERIVED_NAMESPACE`) of the JSON array of `parts`: the same id for the same parts,
   * in every process. An array, since joined strings collide: `a:b`+`c`, `a`+`b:c`.
   */
  derive(parts: readonly (string | number)[]): string;
}

/** The namespace of every derived id. Changing it would forget all idempotency keys. */
export const DERIVED_NAMESPACE = "6f1a4d0e-3c8b-5b52-9d0a-2f6c1c7e9a41";
