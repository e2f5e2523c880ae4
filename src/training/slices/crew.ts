import type { Engine } from "../../runtime/engine.js";
import { Hands, type Round, tasks, type Work } from "./work.js";

/** Who does the work of a step. */
export interface Crew {
  /**
   * Does all tasks of a round.
   * @param stopped asked now and then in the round of slices
   * @returns false where it was stopped
   * @throws PlateauError `internal` or `memory` where a thread has died
   */
  round(round: Round, stopped: () => boolean): boolean | Promise<boolean>;
  /** Ends all threads. */
  dispose(): Promise<void> | void;
}

/** All tasks on the caller's thread, in order. */
export function alone(engine: Engine, work: Work): Crew {
  const hands = new Hands(engine.kernels, engine.memory, work);
  return {
    round(round, stopped) {
      const count = tasks(round, work);
      for (let task = 0; task < count; task++) if (!hands.do(round, task, stopped)) return false;
      return true;
    },
    dispose() {},
  };
}
