import { PlateauError, quote } from "../../errors.js";
import { isModule, moduleUrl } from "../../sweep/modules.js";
import { isTarget } from "../../targets/own.js";
import { findTarget } from "../../targets/registry.js";
import type { Target } from "../../targets/target.js";

// A study is plain data, and its workers load what they need: a target of the user's own is a module whose default
// export `defineTarget` made, known by its URL.

/** Targets of modules that this thread has loaded, by URL: kept as engines keep the modules themselves. */
const loaded = new Map<string, Target>();

/** What is stored of a module: its URL. Whoever continues the study may stand elsewhere. */
export const targetUrl = (target: string): string => (isModule(target) ? moduleUrl(target) : target);

/**
 * Loads the module of a study's target; of a target by name nothing.
 * @throws PlateauError `usage` where it cannot be loaded, or its default export is no target
 */
export async function loadTarget(target: string): Promise<void> {
  if (!isModule(target) || loaded.has(target)) return;
  let found: { readonly default?: unknown };
  try {
    found = (await import(target)) as typeof found;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PlateauError("usage", `the target's module ${quote(target)} cannot be loaded: ${reason}`, {
      cause,
    });
  }
  if (!isTarget(found.default)) {
    throw new PlateauError(
      "usage",
      `the target's module ${quote(target)} has no default export that is a target: export default defineTarget({ … })`,
    );
  }
  loaded.set(target, found.default);
}

/**
 * The target that a study stores by name or by its module's URL.
 * @throws PlateauError `unknown-name`, `usage`, also where its module was not loaded
 */
export function studyTarget(target: string): Target {
  if (!isModule(target)) return findTarget(target);
  const found = loaded.get(target);
  if (found) return found;
  throw new PlateauError(
    "usage",
    `target ${quote(target)} is a module, which Study.open loads: open the study there, or import it and give run what it exports`,
  );
}
