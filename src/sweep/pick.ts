import { PlateauError, quote } from "../errors.js";
import { shellWord } from "../text.js";
import type { Storage, StudyStorage } from "./storage/storage.js";

/** A study that is in the list of its file. @throws PlateauError `study` where it cannot be found by its name */
export function listed(storage: Storage, name: string): StudyStorage {
  const found = storage.find(name);
  if (found) return found;
  // What the list is read from, and the index that names are looked up in, are two.
  throw new PlateauError(
    "study",
    `${quote(storage.where)} is damaged: study ${quote(name)} is there, but not by its name: restore a copy`,
  );
}

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
  if (names.length === 1) return listed(storage, names[0]);
  throw new PlateauError(
    "study",
    names.length === 0
      ? `${where} has no study yet`
      : `${where}: ${known}: say which by its name (--name ${shellWord(names[0])})`,
  );
}
