import { PlateauError } from "./errors.js";

/**
 * SHA-256 of the chunks one after the other, as 64 lower-case hexadecimal digits. Runs in Node, Deno,
 * Bun and browsers; views of WebAssembly memory, shared or not, are fine.
 * @throws PlateauError `usage` where the engine has no `crypto.subtle` (a page not served over https).
 */
export async function sha256Hex(chunks: Uint8Array | Iterable<Uint8Array>): Promise<string> {
  const subtle = globalThis.crypto?.subtle;
  if (!subtle)
    throw new PlateauError(
      "usage",
      "SHA-256 needs crypto.subtle: serve the page over https or from localhost",
    );
  // Copied before the first await: the caller may go on writing to its memory.
  const list = chunks instanceof Uint8Array ? [chunks] : [...chunks];
  const bytes = new Uint8Array(list.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of list) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  const digest = new Uint8Array(await subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
