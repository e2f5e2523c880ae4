import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isModule, moduleUrl } from "../../modules.js";

/**
 * Tells two modules of one name apart, by their files; not what they import.
 * @returns 12 digits of the file's SHA-256; undefined of what is no module, or no file that can be read
 */
export function moduleDigest(objective: string | null): string | undefined {
  if (objective === null || !isModule(objective)) return undefined;
  const url = moduleUrl(objective);
  if (!url.startsWith("file:")) return undefined;
  try {
    const bytes = readFileSync(fileURLToPath(url));
    return createHash("sha256").update(bytes).digest("hex").slice(0, 12);
  } catch {
    // Whoever loads it says why.
    return undefined;
  }
}
