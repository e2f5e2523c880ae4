import * as v from "valibot";
import { modelFunction } from "../../analysis/model-function.js";
import { PlateauError } from "../../errors.js";
import { INFERENCE_BATCH, Model } from "../../nn/model.js";
import { partition as architecture } from "../../nn/partition.js";
import { MEMORY_LIMIT } from "../../runtime/engine.js";
import { positive } from "../../validate.js";
import { cellCentres, cellsOf, wholeRoot } from "../grid.js";
import type { Construction, Task } from "./construction.js";
import { requireFinite, requireInputs, requireSize } from "./task.js";

const MOST_INPUTS = 4;

const options = v.strictObject({
  /** 1: values f(cᵢ). 2: local linear models f(cᵢ) + ∇f(cᵢ)·(x − cᵢ). */
  order: v.optional(v.picklist([1, 2], "expected 1 or 2"), 1),
  /**
   * κ = β·h², h the side of a cell: how fast a token's share falls with distance. Large: nearly a
   * staircase; small: wide averages. At 1 a uniform grid reproduces linear functions away from the
   * boundary to 3e-4 of their change over a cell (ours, by Poisson summation: (2π/κ)·e^{−π²/κ}).
   */
  sharpness: v.optional(positive, 1),
});

/**
 * Softmax attention as a partition of unity: N memory tokens at the centres cᵢ of a grid, scores
 * −β‖x − cᵢ‖² (each coordinate in units of its cell) but for what all tokens share,
 *
 *   g(x) = Σᵢ wᵢ(x)·f(cᵢ),   w = softmax(2β x·cᵢ − β‖cᵢ‖²)
 *
 * smooth, and no attention but this one. |g − f| ≤ Σᵢ wᵢ |f(cᵢ) − f(x)| is at most a constant times h^α for
 * an α-Hölder f, with N = h^{−d₀} tokens: the parameter count O(ε^{−d₀/α}) of Shi & Liao (arXiv 2605.08811), whose
 * two encoder blocks this needs no more than. Order 2 (ours) has local linear models for values and O(h²).
 */
export const partition: Construction<typeof options> = {
  name: "partition",
  description: "softmax attention over memory tokens on a grid: a partition of unity, two layers at most",
  sizeName: "memory tokens",
  options,

  construct(task, size, { order, sharpness }) {
    requireInputs(task, "partition", MOST_INPUTS);
    requireSize(size, "memory tokens");
    const { f, low, high, target, dim } = task;
    const d = f.inputs;
    const n = wholeRoot(size, d);
    const N = n ** d;
    const width = order === 2 ? f.outputs * (d + 1) : f.outputs;
    requireMemory(task, N, 4 * N * (d + 1 + width) + 8 * N * INFERENCE_BATCH);

    const model = new Model(
      architecture({
        inputDim: dim,
        outputDim: dim,
        inputTokens: target.inputs,
        outputTokens: target.outputs,
        memory: N,
        order,
        initialization: "zero",
      }),
    );
    const middle = low.map((side, k) => 0.5 * (side + high[k]));
    const cell = low.map((side, k) => (high[k] - side) / n);
    const centres = cellCentres(low, high, n);
    const state = model.stateDict();
    const write = (name: string, at: number, value: number) => void (state.get(name)!.data[at] = value);

    // A query (x − middle)·√(2κ)/cell and a constant 1; a key is alike, and −κ‖·‖² in the last place.
    const scale = cell.map((h) => Math.sqrt(2 * sharpness) / h);
    for (let k = 0; k < d; k++) {
      write("query.weight", k * d + k, scale[k]);
      write("query.bias", k, -Math.fround(scale[k]) * middle[k]);
    }
    write("query.bias", d, 1);
    for (let i = 0; i < N; i++) {
      let square = 0;
      for (let k = 0; k < d; k++) {
        const key = Math.fround(scale[k] * (centres[i * d + k] - middle[k]));
        write("memory.keys", i * (d + 1) + k, key);
        square += key * key;
      }
      write("memory.keys", i * (d + 1) + d, -0.5 * square);
    }

    const values = f.evaluate(centres, N);
    requireFinite(f.name, centres, values, d);
    const stored = state.get("memory.values")!.data;
    if (order === 1) stored.set(values);
    else {
      const slopes = gradients(task, centres, N);
      for (let o = 0; o < f.outputs; o++) {
        const from = o * (d + 1);
        for (let k = 0; k < d; k++) write("gate.weight", (from + 1 + k) * d + k, 1);
        for (let k = 0; k < d; k++) write("gate.bias", from + 1 + k, -middle[k]);
        write("gate.bias", from, 1);
        for (let k = 0; k <= d; k++) write("head.weight", o * width + from + k, 1);
        for (let i = 0; i < N; i++) {
          let constant = values[i * f.outputs + o];
          for (let k = 0; k < d; k++) {
            const slope = Math.fround(slopes[o][i * d + k]);
            constant -= slope * (centres[i * d + k] - middle[k]);
            stored[i * width + from + 1 + k] = slope;
          }
          stored[i * width + from] = constant;
        }
      }
    }
    model.loadStateDict(state, "partition");
    return {
      construction: "partition",
      size: N,
      layers: order === 2 ? 2 : 1,
      parameters: model.parameterCount,
      g: modelFunction(model),
      model,
      details: { order, sharpness, cellsASide: n },
    };
  },

  ladder: ({ f }, i) => (i + 1) ** f.inputs,
  sizeOf: ({ f, low, high }, delta) => cellsOf(low, high, delta) ** f.inputs,

  theorem({ f }, smoothness, { order }) {
    const second = order === 2 && smoothness === "C2";
    const rate = (second ? 2 : smoothness === "C2" ? 1 : smoothness) / f.inputs;
    const source = second
      ? "[ours] a convex combination of Taylor polynomials: O(h²)"
      : "Shi & Liao, arXiv 2605.08811: O(ε^{−d/α}) parameters in two blocks";
    return { bySize: rate, byParameters: rate, source };
  },
};

/** Gradients [N, d] of each output. @throws PlateauError `usage` where there are none, or one is not finite */
function gradients({ f }: Task, x: Float64Array, N: number): Float64Array[] {
  if (!f.vjp) {
    throw new PlateauError("usage", `${f.name} has no derivative: order 2 needs one, use order 1`);
  }
  return Array.from({ length: f.outputs }, (_, o) => {
    const w = new Float64Array(N * f.outputs);
    for (let i = 0; i < N; i++) w[i * f.outputs + o] = 1;
    const slopes = f.vjp!(x, w, N);
    requireFinite(`the derivative of ${f.name}`, x, slopes, f.inputs);
    return slopes;
  });
}

/** @throws PlateauError `memory` */
function requireMemory({ f, low, high }: Task, N: number, bytes: number): void {
  if (bytes <= MEMORY_LIMIT) return;
  const most = wholeRoot(Math.floor((N * MEMORY_LIMIT) / bytes), f.inputs);
  const side = Math.max(...low.map((from, k) => high[k] - from));
  throw new PlateauError(
    "memory",
    `partition of ${N} memory tokens needs ${bytes} bytes, WebAssembly memory holds ${MEMORY_LIMIT}: at most ${most ** f.inputs} tokens fit (δ = ${(side / most).toPrecision(3)} or more)`,
  );
}
