import { PlateauError, quote } from "../../errors.js";
import type { ObjectiveModule } from "../objective.js";

/**
 * Loads the module of an objective.
 * @param url such as `pathToFileURL(path).href`
 * @throws PlateauError `usage` where it cannot be loaded or has no objective
 */
export async function loadObjective(url: string): Promise<ObjectiveModule> {
  let found: Partial<ObjectiveModule>;
  try {
    found = (await import(url)) as Partial<ObjectiveModule>;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PlateauError("usage", `the objective's module ${quote(url)} cannot be loaded: ${reason}`, {
      cause,
    });
  }
  if (typeof found.default !== "function") {
    throw new PlateauError(
      "usage",
      `the objective's module ${quote(url)} has no default export that is a function: export default async function ({ parameters, seed }) { … }`,
    );
  }
  for (const name of ["footprint", "prepare"] as const) {
    if (found[name] === undefined || typeof found[name] === "function") continue;
    throw new PlateauError("usage", `the objective's module ${quote(url)}: ${name} is no function`);
  }
  return found as ObjectiveModule;
}
