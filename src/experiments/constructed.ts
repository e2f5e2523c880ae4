import { join } from "node:path";
import { PlateauError } from "../errors.js";
import { writeFileAtomic } from "../files/atomic.js";
import type { Constructed, Task } from "../theory/constructions/construction.js";
import { findConstruction } from "../theory/constructions/registry.js";
import { specText } from "../theory/constructions/spec.js";
import { judgeConstructed } from "./run.js";
import { RunDirectory } from "./run-directory.js";

const CONSTRUCTION = "construct.json";

/**
 * Stores a constructed network as a finished run of no updates, judged like any other, with `result` beside it
 * as construct.json.
 * @throws PlateauError `usage` where the construction is no network; `run-directory`, `io`
 */
export async function storeConstructed(
  path: string,
  { target, dim }: Task,
  { construction, model, size }: Constructed,
  options: Record<string, unknown>,
  result: { readonly seconds: number },
): Promise<RunDirectory> {
  if (!model) {
    throw new PlateauError(
      "usage",
      `${construction} of this size is no network of the engine, so --out cannot store it: leave it out`,
    );
  }
  const init = `construct:${specText({ construction: findConstruction(construction), size, options })}`;
  const directory = RunDirectory.create(path, { target: target.name, dim, init });
  const judged = await judgeConstructed(directory.experiment, model, result.seconds);
  directory.finish(model, judged);
  writeFileAtomic(join(path, CONSTRUCTION), `${JSON.stringify(result, null, 2)}\n`);
  return directory;
}
