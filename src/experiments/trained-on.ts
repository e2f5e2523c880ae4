import { PlateauError, quote } from "../errors.js";
import { canonicalJson } from "../formats/canonical-json.js";
import { recordOf, type TargetRecord } from "../targets/own.js";
import { findTarget } from "../targets/registry.js";
import type { Target } from "../targets/target.js";

/** The target of an experiment, with its record where no name finds it. @throws PlateauError `usage`, `unknown-name` */
export function trainedOn(
  given: string | Target,
  stored: object | undefined,
): { readonly target: Target; readonly ownTarget?: TargetRecord } {
  if (typeof given === "string") {
    if (stored === undefined) return { target: findTarget(given) };
    throw new PlateauError(
      "usage",
      `target ${quote(given)} was the run's own, made by defineTarget, and is not stored: give it again as the target (RunDirectory.open, a repeater's parse and defineExperiment take it)`,
    );
  }
  if (!given.own) return { target: given };
  const ownTarget = recordOf(given);
  if (stored === undefined || canonicalJson(stored) === canonicalJson(ownTarget))
    return { target: given, ownTarget };
  throw new PlateauError(
    "usage",
    `target ${quote(given.name)} is not the one that was trained on: ${difference(stored, ownTarget)}`,
  );
}

function difference(stored: object, given: TargetRecord): string {
  const before = stored as Readonly<Record<string, unknown>>;
  const key = (Object.keys(given) as (keyof TargetRecord)[]).find(
    (name) => canonicalJson(before[name]) !== canonicalJson(given[name]),
  );
  return key === undefined
    ? "its record has more"
    : `its ${key} were ${quote(before[key])}, now ${quote(given[key])}`;
}
