import type { TrainingRows } from "../analysis/metrics/least-squares.js";
import type { Engine } from "../runtime/engine.js";
import { dataKey } from "../targets/define.js";
import { fillLabels, labelCount, type Quantisation } from "../targets/quantisation.js";
import type { Target } from "../targets/target.js";
import type { TrainingData } from "../training/data.js";

/**
 * A target's training rows, generated batch by batch where they are needed: a row's bits depend on its
 * number and the seed alone, so nothing is stored, whatever the size of the data.
 */
export function generatedData(
  target: Target,
  options: { rows: number; dim: number; seed: number; quantisation?: Quantisation },
): TrainingData {
  const { rows, dim, seed, quantisation } = options;
  const key = dataKey(seed, "train");
  const workspaces = new WeakMap<Engine, { batch: number; address: number }>();
  return {
    rows,
    widths: {
      x: target.inputs * dim,
      y: target.outputs * dim,
      labels: quantisation && labelCount(quantisation, target.outputs, dim),
    },
    bytes: (batch) => 4 * batch * dim * target.draws.length,
    prepare(engine, batch) {
      const known = workspaces.get(engine);
      if (known && known.batch >= batch) return;
      workspaces.set(engine, { batch, address: engine.allocate(4 * batch * dim * target.draws.length) });
    },
    fill(engine, to, indices, batch) {
      target.fill(engine, to.x, to.y, workspaces.get(engine)!.address, indices, 0, batch, dim, key);
      if (quantisation && to.labels) {
        fillLabels(engine.kernels, quantisation, to.labels, to.y, batch * target.outputs, dim);
      }
    },
  };
}

/** The same rows for baselines, copied out in order. */
export function generatedRows(target: Target, count: number, dim: number, seed: number): TrainingRows {
  return {
    count,
    read: (start, rows) => target.sample("train", { start, count: rows }, dim, seed),
  };
}
