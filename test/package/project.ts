import { mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Packed } from "./packed.js";

/**
 * A project that has the package installed, without any package manager: the packed files under `node_modules`,
 * and beside them, as links, the packages that it depends on.
 * @param more other packages to be found there
 * @returns its folder
 */
export function project(
  packed: Packed,
  files: Readonly<Record<string, string>>,
  more: readonly string[] = [],
) {
  const folder = join(packed.folder, "project");
  const modules = join(folder, "node_modules");
  mkdirSync(modules, { recursive: true });
  renameSync(join(packed.folder, "package"), join(modules, "plateau"));
  for (const name of [...Object.keys(packed.manifest.dependencies), ...more]) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(resolve("node_modules", name), join(modules, name));
  }
  for (const [path, content] of Object.entries({ "package.json": '{"type": "module"}', ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}
