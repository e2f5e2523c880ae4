import type { Direction, Observation } from "../../trial.js";
import type { Point } from "./point.js";

/** Where a trial stands among others: smaller is better, compared from left to right. */
type Rank = readonly [ending: number, step: number, loss: number, number: number];

interface Kept {
  readonly rank: Rank;
  readonly number: number;
  readonly priority: number;
  readonly point: Point;
}

export interface HistoryOptions {
  readonly direction: Direction;
  readonly mostBest: number;
  readonly mostOthers: number;
  /** Of those that are not among the best, the ones with the lowest priorities are kept. */
  priority(number: number): number;
}

/**
 * What is kept of the trials that have ended: the best, in order, and of the others a part that depends on
 * their numbers alone. Neither depends on the order in which trials came. Both are bounded, so an
 * observation costs the same, and takes no more memory, however many went before.
 */
export class History {
  /** Trials that count: those that failed do not. */
  count = 0;
  /** Of these, those that did not diverge. */
  #finite = 0;
  readonly #best: Kept[] = [];
  readonly #others: Kept[] = [];
  readonly #options: HistoryOptions;

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  add(trial: Observation, point: Point): void {
    const { direction, mostBest, mostOthers, priority } = this.#options;
    const rank = rankOf(trial, direction);
    if (rank === null) return;
    const { number } = trial;
    this.count++;
    if (rank[0] < DIVERGED) this.#finite++;
    insert(this.#best, { rank, number, priority: priority(number), point }, byRank);
    if (this.#best.length <= mostBest) return;
    insert(this.#others, this.#best.pop()!, byPriority);
    if (this.#others.length > mostOthers) this.#others.pop();
  }

  /**
   * The best trials, best first, and the rest of what is kept.
   * @param good how many are wanted; those that diverged are never among them
   */
  split(good: number): { good: Point[]; bad: Point[] } {
    const at = Math.min(good, this.#finite, this.#best.length);
    const of = (kept: readonly Kept[]) => kept.map(({ point }) => point);
    return { good: of(this.#best.slice(0, at)), bad: of([...this.#best.slice(at), ...this.#others]) };
  }
}

const DIVERGED = 2;

/**
 * Complete trials by value, then pruned ones by how far they came and then by value, then those that
 * diverged; equal ones by number. Null of failed ones: they say nothing about their parameters.
 */
function rankOf({ state, value, step, number }: Observation, direction: Direction): Rank | null {
  if (state === "failed") return null;
  if (state === "diverged" || value === null || Number.isNaN(value)) return [DIVERGED, 0, 0, number];
  const loss = direction === "minimize" ? value : -value;
  return state === "complete" ? [0, 0, loss, number] : [1, -step, loss, number];
}

function byRank({ rank: a }: Kept, { rank: b }: Kept): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
  return 0;
}

const byPriority = (a: Kept, b: Kept) => a.priority - b.priority || a.number - b.number;

function insert(list: Kept[], one: Kept, compare: (a: Kept, b: Kept) => number): void {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(list[middle], one) <= 0) low = middle + 1;
    else high = middle;
  }
  list.splice(low, 0, one);
}
