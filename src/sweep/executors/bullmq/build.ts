import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { version } from "../../../version.js";

/** Seen from dist/src/sweep/executors/bullmq: all of plateau's code, what its threads begin with, and its kernels. */
const CODE = ["../../../", "../../../../workers/"].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

/** @returns a name of a version and its code: files of folders, by their places in them */
export function buildOf(folders: readonly string[], ofVersion = version): string {
  const hash = createHash("sha256").update(ofVersion);
  for (const folder of folders) {
    const files = (readdirSync(folder, { recursive: true }) as string[])
      .map((file) => file.replaceAll("\\", "/"))
      .filter((file) => /\.c?js$/.test(file))
      .sort();
    for (const file of files) {
      const bytes = readFileSync(`${folder}/${file}`);
      hash.update(`\n${file} ${bytes.length}\n`).update(bytes);
    }
  }
  return hash.digest("hex").slice(0, 12);
}

let known: string | undefined;

/** Of this plateau's version and code: where two agree in it, trials come to the same bits. */
export function buildName(): string {
  return (known ??= buildOf(CODE));
}
