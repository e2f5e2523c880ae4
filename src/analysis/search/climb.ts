/** What is made as large as possible, for many points at a time. A value that is NaN counts as −∞. */
export interface Objective {
  /** n: numbers of a point. */
  readonly size: number;
  /** Values [count] at the points z [count, n]. */
  values(z: Float64Array, count: number): Float64Array<ArrayBuffer>;
  /** Gradients [count, n] there. Absent where no derivative is known. */
  gradients?(z: Float64Array, count: number): Float64Array;
  /** Moves every point of z [count, n] to an allowed one, in place; leaves allowed points where they are. */
  project(z: Float64Array, count: number): void;
}

/** How a search climbs. */
export type ClimbMethod = "gradient ascent" | "compass search" | "gradient ascent, then compass search";

export interface Climb {
  /** [count, n]. */
  readonly points: Float64Array<ArrayBuffer>;
  /** [count], none below that of its start. */
  readonly values: Float64Array<ArrayBuffer>;
  /** Values computed, those of the starts left out. */
  readonly evaluations: number;
  readonly method: ClimbMethod;
}

export interface ClimbOptions {
  /** How far the first step goes (largest coordinate); no step goes further than 16 times that. */
  readonly step: number;
  /** Compass search ends where its steps are shorter. Default: 1e-8 of `step`. */
  readonly tolerance?: number;
  /** Gradient steps. Default 50. */
  readonly steps?: number;
  /** Values that compass search may compute. Default 100,000. */
  readonly evaluations?: number;
  /** Awaited now and then with the share done. */
  readonly pace?: (share: number) => Promise<void> | undefined;
}

const HALVINGS = 40;
/** Compass search after gradient ascent, for kinks and ridges, where a turn costs no more points than this. */
const POLISHED_SIZE = 8;

/**
 * Local maxima from many starts side by side, by steps that are taken only where they raise the value:
 * the result is never below the start. With gradients: projected gradient ascent, step lengths after
 * Barzilai & Borwein (1988), halved until Armijo's condition holds (spectral projected gradient of
 * Birgin, Martínez, Raydan 2000, in its monotone form). Without them, and after them in up to 8
 * dimensions: compass search (Kolda, Lewis, Torczon 2003), the best of 2n neighbours or half the step.
 *
 * @param starts allowed points [count, n]
 */
export async function climb(
  objective: Objective,
  starts: Float64Array,
  count: number,
  options: ClimbOptions,
): Promise<Climb> {
  const points = starts.slice() as Float64Array<ArrayBuffer>;
  const values = Float64Array.from(objective.values(points, count), (value) =>
    Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value,
  );
  const state = { points, values, count, evaluations: 0 };
  const ascends = objective.gradients !== undefined;
  const polishes = !ascends || objective.size <= POLISHED_SIZE;
  if (ascends) await ascend(objective, state, options);
  if (polishes) await compass(objective, state, options, ascends ? options.step / 256 : options.step);
  const method = ascends
    ? polishes
      ? "gradient ascent, then compass search"
      : "gradient ascent"
    : "compass search";
  return { points, values, evaluations: state.evaluations, method };
}

interface State {
  readonly points: Float64Array;
  readonly values: Float64Array;
  readonly count: number;
  evaluations: number;
}

async function ascend(objective: Objective, state: State, options: ClimbOptions): Promise<void> {
  const { size: n } = objective;
  const { points, count } = state;
  const { steps = 50, step, pace } = options;
  const gradients = new Float64Array(count * n);
  const lengths = new Float64Array(count);
  const moves = new Float64Array(count * n);
  let active = indices(count);
  for (let turn = 0; turn < steps && active.length > 0; turn++) {
    await pace?.(turn / steps);
    const found = objective.gradients!(gather(points, active, n), active.length);
    for (let r = 0; r < active.length; r++) {
      const i = active[r];
      const own = i * n;
      lengths[i] = stepLength(found.subarray(r * n, (r + 1) * n), gradients.subarray(own, own + n), {
        move: moves.subarray(own, own + n),
        previous: lengths[i],
        step,
      });
      gradients.set(found.subarray(r * n, (r + 1) * n), own);
    }
    active = lineSearch(objective, state, { active, gradients, lengths, moves });
  }
}

/** Barzilai & Borwein's step: the inverse of the curvature along the last move; longer where there is none. */
function stepLength(
  gradient: Float64Array,
  last: Float64Array,
  { move, previous, step }: { move: Float64Array; previous: number; step: number },
): number {
  let largest = 0;
  let square = 0;
  let curvature = 0;
  for (let k = 0; k < gradient.length; k++) {
    largest = Math.max(largest, Math.abs(gradient[k]));
    square += move[k] * move[k];
    curvature -= move[k] * (gradient[k] - last[k]);
  }
  // Flat, or not finite: a step of 0 ends the climb.
  if (!(largest > 0 && largest < Number.POSITIVE_INFINITY)) return 0;
  if (square === 0) return step / largest;
  const wanted = curvature > 0 ? square / curvature : 4 * previous;
  return Math.min(wanted, (16 * step) / largest);
}

/** Takes the longest halved step that raises each value enough; returns those that could be moved. */
function lineSearch(
  objective: Objective,
  state: State,
  from: { active: number[]; gradients: Float64Array; lengths: Float64Array; moves: Float64Array },
): number[] {
  const { size: n } = objective;
  const { points, values } = state;
  const { gradients, lengths, moves } = from;
  const moved: number[] = [];
  let waiting = from.active.filter((i) => lengths[i] > 0);
  for (let halving = 0; halving < HALVINGS && waiting.length > 0; halving++) {
    const trial = gather(points, waiting, n);
    for (let r = 0; r < waiting.length; r++) {
      const own = waiting[r] * n;
      for (let k = 0; k < n; k++) trial[r * n + k] += lengths[waiting[r]] * gradients[own + k];
    }
    objective.project(trial, waiting.length);
    const found = objective.values(trial, waiting.length);
    state.evaluations += waiting.length;
    const still: number[] = [];
    for (let r = 0; r < waiting.length; r++) {
      const i = waiting[r];
      let slope = 0;
      let distance = 0;
      for (let k = 0; k < n; k++) {
        const move = trial[r * n + k] - points[i * n + k];
        slope += gradients[i * n + k] * move;
        distance = Math.max(distance, Math.abs(move));
      }
      // Nowhere to go: at a corner, or the step is lost in rounding.
      if (distance === 0) continue;
      if (found[r] > values[i] && found[r] >= values[i] + 1e-4 * slope) {
        for (let k = 0; k < n; k++) {
          moves[i * n + k] = trial[r * n + k] - points[i * n + k];
          points[i * n + k] = trial[r * n + k];
        }
        values[i] = found[r];
        moved.push(i);
      } else {
        lengths[i] /= 2;
        still.push(i);
      }
    }
    waiting = still;
  }
  return moved.sort((a, b) => a - b);
}

async function compass(
  objective: Objective,
  state: State,
  { step, tolerance = 1e-8 * step, evaluations = 100_000, pace }: ClimbOptions,
  first: number,
): Promise<void> {
  const { size: n } = objective;
  const { points, values, count } = state;
  const steps = new Float64Array(count).fill(first);
  const ways = 2 * n;
  let active = indices(count);
  for (let spent = 0; active.length > 0 && spent < evaluations; ) {
    await pace?.(spent / evaluations);
    const rows = active.length * ways;
    const trial = new Float64Array(rows * n);
    for (let r = 0; r < rows; r++) {
      const i = active[Math.floor(r / ways)];
      const way = r % ways;
      trial.set(points.subarray(i * n, (i + 1) * n), r * n);
      trial[r * n + (way >> 1)] += way & 1 ? -steps[i] : steps[i];
    }
    objective.project(trial, rows);
    const found = objective.values(trial, rows);
    spent += rows;
    for (let a = 0; a < active.length; a++) {
      const i = active[a];
      let best = -1;
      for (let way = 0; way < ways; way++) {
        const r = a * ways + way;
        if (found[r] > values[i]) {
          values[i] = found[r];
          best = r;
        }
      }
      if (best >= 0) points.set(trial.subarray(best * n, (best + 1) * n), i * n);
      steps[i] = best >= 0 ? Math.min(2 * steps[i], 16 * step) : steps[i] / 2;
    }
    active = active.filter((i) => steps[i] >= tolerance);
    state.evaluations += rows;
  }
}

function indices(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** Rows `which` of z [·, n]. */
export function gather(z: Float64Array, which: readonly number[], n: number): Float64Array<ArrayBuffer> {
  const out = new Float64Array(which.length * n);
  for (let r = 0; r < which.length; r++) out.set(z.subarray(which[r] * n, (which[r] + 1) * n), r * n);
  return out;
}

/**
 * Where to climb from: the points of the unit box, at most `wanted`, with the largest values, none within
 * 1/(2·wanted) of another in every coordinate. Points without a value (NaN) are left out.
 */
export function worstApart(z: Float64Array, values: Float64Array, n: number, wanted: number): number[] {
  const order = Array.from(values, (_, i) => i)
    .filter((i) => !Number.isNaN(values[i]))
    .sort((a, b) => values[b] - values[a] || a - b);
  const near = (a: number, b: number) => {
    for (let k = 0; k < n; k++) if (Math.abs(z[a * n + k] - z[b * n + k]) * 2 * wanted >= 1) return false;
    return true;
  };
  const chosen: number[] = [];
  for (const i of order) {
    if (chosen.length === wanted) break;
    if (!chosen.some((other) => near(i, other))) chosen.push(i);
  }
  return chosen;
}
