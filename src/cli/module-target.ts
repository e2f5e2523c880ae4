import { Option } from "commander";
import { PlateauError, quote } from "../errors.js";
import type { Held } from "../experiments/held.js";
import { RunDirectory } from "../experiments/run-directory.js";
import { isModule } from "../sweep/modules.js";
import type { Target } from "../targets/target.js";

// What is stored of a run never names code to be run: a target of the user's own is loaded where its module is given
// with the command.

/** The module of a run's own target. */
export interface TargetModule {
  targetModule?: string;
}

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

/** @throws PlateauError `usage` where a module is given of what is no run */
export function requireNoModule({ targetModule }: TargetModule, held: Held | undefined): void {
  if (targetModule === undefined || held === "run" || held === undefined) return;
  throw new PlateauError("usage", "--target-module is of a run of your own target: leave it out");
}

/** Opens the folder of a run, with the module of its target where that is the user's own. @throws PlateauError */
export async function openRun(path: string, { targetModule }: TargetModule): Promise<RunDirectory> {
  return RunDirectory.open(
    path,
    targetModule === undefined ? {} : { target: await moduleTarget(targetModule) },
  );
}
