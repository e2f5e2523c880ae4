import { better, type Direction, type TrialState } from "../trial.js";
import { byNumber, hasValue, type Insight } from "./insight.js";

export interface OptimisationHistory {
  readonly direction: Direction;
  /** By number; all trials, whatever became of them. */
  readonly trials: readonly {
    readonly number: number;
    readonly state: TrialState;
    /** Null of trials that failed, diverged or have not ended. */
    readonly value: number | null;
    /** The best value of complete trials up to this number; null before the first. */
    readonly best: number | null;
  }[];
}

/** What every trial came to, and the best so far. What pruned trials had reported does not count as best. */
export const history: Insight<OptimisationHistory> = {
  name: "history",
  description: "value of each trial and the best so far",
  see({ trials, direction }) {
    let best: number | null = null;
    const rows = byNumber(trials).map((trial) => {
      const value = hasValue(trial) ? trial.value : null;
      if (value !== null && trial.state === "complete" && (best === null || better(direction, value, best))) {
        best = value;
      }
      return { number: trial.number, state: trial.state, value, best };
    });
    return { direction, trials: rows };
  },
};
