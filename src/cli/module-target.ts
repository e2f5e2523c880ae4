import { Option } from "commander";
import { PlateauError, quote } from "../errors.js";
import { RunDirectory } from "../experiments/run-directory.js";
import { isModule } from "../sweep/modules.js";
import type { Target } from "../targets/target.js";

// What is stored of a run never names code to be run: a target of the user's own is loaded where its module is given
// with the command.

export const targetModuleOption = () =>
  new Option(
    "--target-module <file>",
    "of a run of your own target: the module whose default export defineTarget made",
  );

/**
 * Loads a target from the module whose path or URL is given.
 * @throws PlateauError `usage` where it is none, cannot be loaded, or its default export is no target
 */
export async function moduleTarget(module: string): Promise<Target> {
  if (!isModule(module)) {
    throw new PlateauError(
      "usage",
      `${quote(module)} is no module's path: let it end with .mjs, .js, .cjs, .ts, .mts or .cts`,
    );
  }
  const { loadTarget, studyTarget, targetUrl } = await import("../experiments/sweep/target-module.js");
  const url = targetUrl(module);
  await loadTarget(url);
  return studyTarget(url);
}

/** Opens the folder of a run, with the module of its target where that is the user's own. @throws PlateauError */
export async function openRun(path: string, module: string | undefined): Promise<RunDirectory> {
  return RunDirectory.open(path, module === undefined ? {} : { target: await moduleTarget(module) });
}
