import { predictTree, regressionTree } from "../regression-tree.js";
import type { Competitor } from "./competitor.js";

/** Additions that growing a tree may take: some ten seconds. Of more rows than that allows, the first are used. */
const BUDGET = 5e9;
/** Levels that a tree is taken to have, for that budget. */
const DEPTH = 16;

/**
 * A piecewise-constant function with as many pieces as the model's numbers pay for. One input: a piece
 * costs its q outputs, and a jump between two pieces one number, so K = ⌊(numbers + 1)/(q + 1)⌋. Several
 * inputs: a jump also names its input, so K = ⌊(numbers + 2)/(q + 2)⌋.
 *
 * The pieces are the leaves of a regression tree grown best first, see `regressionTree`: a good staircase,
 * fitted to data as the model is, but not proven to be the best one of K pieces.
 */
export const staircase: Competitor = {
  name: "staircase",
  description: "piecewise constant on as many boxes as the model's numbers pay for (regression tree)",
  scale: "values",
  seeded: false,

  async fit({ train, inputs: p, outputs: q, numbers, signal, onProgress }) {
    const jump = p === 1 ? 1 : 2;
    const K = Math.max(1, Math.floor((numbers + jump) / (q + jump)));
    const rows = Math.max(1, Math.min(train.count, Math.floor(BUDGET / (p * q * DEPTH))));
    const data = { x: train.x.subarray(0, rows * p), y: train.y.subarray(0, rows * q), count: rows };
    const tree = await regressionTree(data, K, { signal, onProgress });
    return {
      numbers: tree.leaves * q + (tree.leaves - 1) * jump,
      rows,
      detail: `${tree.leaves} pieces of ${K} that were paid for`,
      predict: async (x) => predictTree(tree, x),
    };
  },
};
