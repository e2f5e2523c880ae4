import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { PlateauError } from "../errors.js";
import { shellWord } from "../text.js";

/** What a path can hold that plateau made. */
export type Held = "run" | "fit" | "experiment" | "study";

/** By which file it is known, and what to call it. One line each. */
const kinds: Readonly<Record<Held, { file?: string; a: string; of: string }>> = {
  run: { file: "run.json", a: "a run", of: "the folder of a run (plateau train --out)" },
  fit: { file: "fit.json", a: "a fit to a table", of: "the folder of a fit to a table (plateau fit --out)" },
  experiment: {
    file: "experiment.json",
    a: "an experiment",
    of: "the folder of an experiment (plateau replicate, audit or gap)",
  },
  study: { a: "studies of sweeps", of: "the SQLite file of a study (plateau sweep --study)" },
};

/** How every SQLite file begins. */
const SQLITE = "SQLite format 3\0";

/** What a path holds, finished or not; undefined where it is nothing of these. */
export function heldAt(path: string): Held | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile()) return beginning(path, SQLITE.length) === SQLITE ? "study" : undefined;
  for (const [kind, { file }] of Object.entries(kinds) as [Held, { file?: string }][]) {
    if (file !== undefined && existsSync(join(path, file))) return kind;
  }
  return undefined;
}

/**
 * What a path holds, where it is one of those that are taken.
 * @param by the command that takes them, for the message
 * @throws PlateauError `run-directory` where there is nothing or something else, saying what, and what to give
 */
export function requireHeld<const K extends Held>(path: string, taken: readonly K[], by?: string): K {
  const held = heldAt(path);
  if (held !== undefined && (taken as readonly Held[]).includes(held)) return held as K;
  const found = statSync(path, { throwIfNoEntry: false });
  const give = `give ${list(taken.map((kind) => kinds[kind].of))}`;
  const refuse = (problem: string) =>
    new PlateauError("run-directory", `${shellWord(path)} ${problem}: ${give}`);
  if (!found) throw refuse("is not there: no such file or folder");
  const takes = by === undefined ? "" : `, which ${by} does not take`;
  if (held !== undefined) throw refuse(`holds ${kinds[held].a}${takes || `, not ${kinds[taken[0]].a}`}`);
  if (found.isFile() && found.size === 0)
    throw refuse("is empty (0 bytes), nothing was stored in it or it was cut off");
  if (found.isFile())
    throw refuse(
      `is a file that plateau ${taken.some((kind) => kind === "study") ? "did not make" : "does not read here"}`,
    );
  const files = taken.map((kind) => kinds[kind].file).filter((file) => file !== undefined);
  throw refuse(`holds nothing of plateau's (it has no ${list(files)})`);
}

function list(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} or ${parts.at(-1)}`;
}

function beginning(path: string, length: number): string {
  const bytes = new Uint8Array(length);
  const file = openSync(path, "r");
  try {
    return String.fromCharCode(...bytes.subarray(0, readSync(file, bytes)));
  } finally {
    closeSync(file);
  }
}
