import { PlateauError, quote } from "../errors.js";
import { shellWord } from "../text.js";
import type { Storage, StudyStorage } from "./storage/storage.js";

/**
 * The study of a name, or the only one there is.
 * @throws PlateauError `study` naming those that there are
 */
export function pickStudy(storage: Storage, name?: string): StudyStorage {
  const names = storage.list().map((study) => study.name);
  const known = names.length === 0 ? "it holds none yet" : `it holds ${names.map(quote).join(", ")}`;
  const where = quote(storage.where);
  if (name !== undefined) {
    const found = storage.find(name);
    if (found) return found;
    throw new PlateauError("study", `${where} has no study ${quote(name)}: ${known}`);
  }
  if (names.length === 1) return storage.find(names[0])!;
  throw new PlateauError(
    "study",
    names.length === 0
      ? `${where} has no study yet`
      : `${where}: ${known}: say which by its name (--name ${shellWord(names[0])})`,
  );
}
