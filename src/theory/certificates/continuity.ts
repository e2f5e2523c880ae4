import { PlateauError } from "../../errors.js";
import type { Target } from "../../targets/target.js";

/** Whether a target may jump, by what it says of its own smoothness. */
export function mayJump({ smoothness }: Pick<Target, "smoothness">): boolean {
  return /jump|piecewise constant/.test(smoothness);
}

/** @throws PlateauError `usage` where the target may jump: near a jump every continuous network is off by half of it */
export function requireContinuous(target: Target): void {
  if (!mayJump(target)) return;
  throw new PlateauError(
    "usage",
    `${target.name} may jump (${target.smoothness}): near a jump a continuous network is off by half of it, so there is no certificate in the sup norm; ask for the L2 norm (--norm l2)`,
  );
}
