import { requireArguments } from "../../arguments.js";
import { PlateauError } from "../../errors.js";
import type { Constructed, Task } from "../constructions/construction.js";
import { type Certificate, type CertifyOptions, certify } from "./certify.js";
import { requireContinuous } from "./continuity.js";
import type { Enclosure } from "./enclosure.js";
import { networkEnclosure } from "./network-enclosure.js";
import { type TargetModulus, targetEnclosure } from "./target-enclosure.js";

/** `CertifyOptions`, and what is known of the target besides its formula. */
export interface CertifyTaskOptions extends CertifyOptions {
  /** What the target's change is known to stay below, besides what its formula says; without either an estimate. */
  readonly modulus?: TargetModulus;
}

/** Bounds of a constructed network. @throws PlateauError `usage` where there are none */
export function enclosureOf({
  model,
  enclosure,
  construction,
}: Pick<Constructed, "model" | "enclosure" | "construction">): Enclosure {
  const bounds = enclosure ?? (model && networkEnclosure(model));
  if (bounds) return bounds;
  throw new PlateauError("usage", `${construction} has no bounds, so no certificate`);
}

/**
 * The certificate of a constructed network against the target it was made for.
 * @throws PlateauError `usage` where the target jumps and the norm is sup, where two points contradict the
 * modulus, or where the construction has no bounds
 */
export async function certifyConstructed(
  task: Task,
  constructed: Pick<Constructed, "g" | "model" | "enclosure" | "construction">,
  given: CertifyTaskOptions = {},
): Promise<Certificate> {
  requireArguments("certifyConstructed", {
    task: [task, "Task: target dim f low"],
    constructed: [constructed, "object: g construction"],
    given: [given, "object?"],
  });
  const { g, model, enclosure, construction } = constructed;
  const { modulus, ...options } = given;
  if (options.norm !== "l2") requireContinuous(task.target);
  const bounds = enclosureOf({ model, enclosure, construction });
  return certify(
    { f: task.f, g, target: targetEnclosure(task, modulus), model: bounds, low: task.low, high: task.high },
    options,
  );
}
