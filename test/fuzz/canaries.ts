import { cpSync, lstatSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";

/** Where a case may write, and where it may not. */
export interface Grounds {
  /** All that is watched. */
  readonly root: string;
  /** The case's own: as deep as paths with ../../.. may lead out of. */
  readonly folder: string;
  readonly fixtures: string;
  readonly home: string;
  readonly temporary: string;
  /** The working directory. */
  readonly current: string;
}

export function groundsOf(root: string): Grounds {
  return {
    root,
    folder: join(root, "one", "two", "three", "case"),
    ...{ fixtures: join(root, "fixtures"), home: join(root, "home") },
    ...{ temporary: join(root, "temporary"), current: join(root, "current") },
  };
}

/** What somebody might be keeping there: names that readers look for, write over and clear away. */
const kept = [
  ...["run.json", "result.json", "weights.safetensors", "x.sqlite", ".plateau-elsewhere-1-1-1.tmp"],
  "config/plateau.json",
];

/** Files around the case's folder, of which none may be created, changed, moved or removed. */
export class Canaries {
  readonly #grounds: Grounds;
  readonly #copy: string;
  #before: ReadonlyMap<string, string>;

  /** @param grounds with fixtures in place */
  constructor(grounds: Grounds) {
    const { root, folder, home, temporary, current } = grounds;
    this.#grounds = grounds;
    this.#copy = `${root}.kept`;
    mkdirSync(folder, { recursive: true });
    const ways = [root, join(root, "one"), join(root, "one", "two"), join(root, "one", "two", "three")];
    for (const place of [...ways, home, temporary, current]) {
      mkdirSync(join(place, "config"), { recursive: true });
      for (const name of kept) writeFileSync(join(place, name), `kept: ${name}\n`);
    }
    rmSync(this.#copy, { recursive: true, force: true });
    cpSync(root, this.#copy, { recursive: true });
    this.#before = this.#look();
  }

  /**
   * What is not as it was, in words, and puts it back.
   * @returns nothing where all is as it was
   */
  changes(): string | undefined {
    const after = this.#look();
    const changed: string[] = [];
    for (const [path, is] of after) {
      const was = this.#before.get(path);
      if (was !== is) changed.push(`${path} was ${was === undefined ? "created" : "changed"}`);
    }
    for (const path of this.#before.keys()) if (!after.has(path)) changed.push(`${path} was removed`);
    if (changed.length === 0) return undefined;
    this.#restore();
    return changed.join(", ");
  }

  #restore(): void {
    const { root, current } = this.#grounds;
    for (const name of readdirSync(root)) rmSync(join(root, name), { recursive: true, force: true });
    cpSync(this.#copy, root, { recursive: true });
    // What it was is gone.
    process.chdir(current);
    this.#before = this.#look();
  }

  /** Of every file and folder what tells of any change: no program sets the time of a change of an inode (ctime). */
  #look(): Map<string, string> {
    const { root, folder } = this.#grounds;
    const found = new Map<string, string>();
    const walk = (path: string) => {
      const { ino, mode, size, ctimeNs, mtimeNs } = lstatSync(path, { bigint: true });
      const isFolder = (mode & 0o170000n) === 0o040000n;
      // A folder's size and times are those of its entries: each of these is told by itself.
      const is = isFolder ? `${ino} ${mode}` : `${ino} ${mode} ${size} ${ctimeNs} ${mtimeNs}`;
      found.set(relative(root, path), is);
      if (!isFolder || path === folder) return;
      for (const name of readdirSync(path)) walk(join(path, name));
    };
    walk(root);
    // The case's own folder is made anew for each.
    found.delete(relative(root, folder));
    return found;
  }
}
