import type { Competitor, Task } from "./competitor.js";
import {
  predictTree,
  type RegressionTree,
  regressionTree,
  sortInputs,
  type TreeData,
} from "./regression-tree.js";

/** Additions that growing trees may take: some ten seconds. Of more rows than that allows, the first are used. */
const BUDGET = 2e9;
/** Levels that a tree is taken to have, for that budget. */
const DEPTH = 16;
const FEWEST_ROWS = 256;

/**
 * A piecewise-constant function with as many pieces as the model's numbers pay for: one staircase for all
 * q outputs together, or one for each output by itself with a q-th of the numbers, whichever has the
 * smaller squared error on the last fifth of the training rows, fitted to the others.
 *
 * A piece costs the outputs of its staircase; a jump between two pieces costs the place of the jump and,
 * where there are several inputs, which of them jumps. So K pieces of r outputs are
 * K·r + (K − 1)·(1 or 2) numbers.
 *
 * The pieces are the leaves of regression trees grown best first, see `regressionTree`: a good staircase,
 * fitted to data as the model is, but not proven to be the best one of so many pieces.
 */
export const staircase: Competitor = {
  name: "staircase",
  description: "piecewise constant on as many boxes as the model's numbers pay for (regression trees)",
  scale: "values",
  seeded: false,

  async fit(task) {
    const { train, inputs: p, outputs: q } = task;
    const fits = q > 1 ? 2.6 : 1;
    const affordable = Math.max(FEWEST_ROWS, Math.floor(BUDGET / (fits * p * q * DEPTH)));
    const rows = Math.min(train.count, affordable);
    const part = (from: number, to: number): TreeData => ({
      x: train.x.subarray(from * p, to * p),
      y: train.y.subarray(from * q, to * q),
      count: to - from,
    });
    const held = Math.floor(rows / 5);
    let separate = false;
    if (q > 1 && held > 0) {
      const known = part(0, rows - held);
      const rest = part(rows - held, rows);
      const together = await grow(known, task, false, [0, 0.3]);
      const apart = await grow(known, task, true, [0.3, 0.6]);
      separate = error(apart, rest) < error(together, rest);
    }
    const trees = await grow(part(0, rows), task, separate, [q > 1 ? 0.6 : 0, 1]);
    const pieces = trees.reduce((sum, { leaves }) => sum + leaves, 0);
    const jump = jumpCost(p);
    return {
      numbers: trees.reduce((sum, { leaves, outputs }) => sum + leaves * outputs + (leaves - 1) * jump, 0),
      rows,
      detail: separate ? `${pieces} pieces in ${q} staircases, one an output` : `${pieces} pieces`,
      predict: async (x) => predict(trees, x),
    };
  },
};

const jumpCost = (inputs: number) => (inputs === 1 ? 1 : 2);

/** One tree, or one for each output, while progress goes from one share to another. */
async function grow(
  data: TreeData,
  { inputs: p, outputs: q, numbers, signal, onProgress }: Task,
  separate: boolean,
  [from, to]: readonly [number, number],
): Promise<RegressionTree[]> {
  const trees = separate ? q : 1;
  const each = q / trees;
  const jump = jumpCost(p);
  const K = Math.max(1, Math.floor((numbers / trees + jump) / (each + jump)));
  const sorted = sortInputs(data.x, data.count);
  const grown: RegressionTree[] = [];
  for (let j = 0; j < trees; j++) {
    const y = separate ? data.y.filter((_, i) => i % q === j) : data.y;
    const report = (share: number) => onProgress?.(from + ((to - from) * (j + share)) / trees);
    grown.push(await regressionTree({ ...data, y }, K, { sorted, signal, onProgress: report }));
  }
  return grown;
}

function predict(trees: readonly RegressionTree[], x: Float32Array): Float64Array<ArrayBuffer> {
  if (trees.length === 1) return predictTree(trees[0], x);
  const columns = trees.map((tree) => predictTree(tree, x));
  return Float64Array.from(
    { length: columns[0].length * trees.length },
    (_, i) => columns[i % trees.length][Math.floor(i / trees.length)],
  );
}

/** Sum of squared errors. */
function error(trees: readonly RegressionTree[], { x, y }: TreeData): number {
  const predicted = predict(trees, x);
  let sum = 0;
  for (let i = 0; i < y.length; i++) sum += (predicted[i] - y[i]) * (predicted[i] - y[i]);
  return sum;
}
