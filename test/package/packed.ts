import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** The package as `npm pack` makes it of what is built, and the folder in which it lies, for the tests' own use. */
export interface Packed {
  /** A folder that `remove` deletes: the archive and the unpacked `package/` are in it. */
  readonly folder: string;
  readonly archive: string;
  readonly files: readonly { readonly path: string; readonly size: number }[];
  /** Bytes of the archive. */
  readonly size: number;
  readonly unpackedSize: number;
  readonly manifest: Manifest;
  remove(): void;
}

export interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  readonly imports: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly bin: Readonly<Record<string, string>>;
}

type Report = Pick<Packed, "files" | "size" | "unpackedSize"> & { readonly filename: string };

/** Packs what is built: `prepack`, which builds, is not run again. */
export function pack(): Packed {
  const folder = mkdtempSync(join(tmpdir(), "plateau-package-"));
  const said = execFileSync("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  // A list, or since npm 11 an object of packages by name.
  const [{ filename, ...report }] = Object.values(JSON.parse(said) as Record<string, Report>);
  const archive = join(folder, filename);
  execFileSync("tar", ["-xzf", archive, "-C", folder]);
  const manifest = JSON.parse(readFileSync(join(folder, "package", "package.json"), "utf8")) as Manifest;
  const remove = () => rmSync(folder, { recursive: true, force: true });
  return { folder, archive, ...report, manifest, remove };
}

/** Runs a program to its end; its output, or a rejection with it. */
export const runFile = promisify(execFile);
