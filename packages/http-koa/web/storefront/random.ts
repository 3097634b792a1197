/** So many characters by chance, none of which is taken for another. Works on pages without TLS as well, where `randomUUID` does not. */
export function randomText(length: number): string {
  const letters = "abcdefghjkmnpqrstuvwxyz23456789";
  // Of 31 letters the first 8 come a little more often: the key stays long enough.
  return Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => letters[byte % letters.length]).join("");
}
