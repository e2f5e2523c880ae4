import type { Judge } from "./pruner.js";

/**
 * A judge that forgets what it heard where steps no longer rise: there a trial begins again from its
 * first step, and is to hear the same decisions again.
 */
export function replayable(begin: () => Judge): Judge {
  let judge = begin();
  let last = Number.NEGATIVE_INFINITY;
  return (step, value) => {
    if (step <= last) judge = begin();
    last = step;
    return judge(step, value);
  };
}

/** The judge that lets everything pass. */
export const lenient: Judge = () => "continue";
