import test from "ava";
import { Engine } from "../../src/runtime/engine.js";
import { golden } from "../golden.js";
import { place, relativeError, testSource } from "../kernels/run.js";
import type { Data } from "../kernels/spec.js";

function run(
  kernel: "mseForward" | "mseBackward" | "crossEntropyForward" | "crossEntropyBackward",
  buffers: Record<string, Data>,
  args: (string | number)[],
): (name: string) => Float32Array {
  const placed = place(new Engine(), kernel, { buffers, args, expected: {} });
  placed.call();
  return (name) => placed.read(name) as Float32Array;
}

test("op.mse: value and gradients are within 2e-7 of PyTorch", (t) => {
  const vectors = golden("op.mse");
  const x = vectors.tensor("in.x") as Float32Array<ArrayBuffer>;
  const y = vectors.tensor("in.y") as Float32Array<ArrayBuffer>;
  const dloss = vectors.tensor("cotangent") as Float32Array<ArrayBuffer>;
  const n = x.length;
  const loss = run("mseForward", { loss: new Float64Array(1), x, y }, ["loss", "x", "y", n])("loss");
  t.true(relativeError(loss, vectors.tensor("out")) <= 2e-7);
  const dx = new Float32Array(n);
  const args = ["dx", "dloss", "x", "y", n, 0];
  const slopes = run("mseBackward", { dx, dloss, x, y }, args)("dx");
  t.true(relativeError(slopes, vectors.tensor("grad.x")) <= 2e-7);
  const mirrored = run("mseBackward", { dx, dloss, x: y, y: x }, args)("dx");
  t.true(relativeError(mirrored, vectors.tensor("grad.y")) <= 2e-7);
});

test("op.cross-entropy: value and gradient are within 2e-7 of PyTorch", (t) => {
  const vectors = golden("op.cross-entropy");
  const [N, K] = vectors.shape("in.x");
  const x = vectors.tensor("in.x") as Float32Array<ArrayBuffer>;
  const labels = Int32Array.from(vectors.tensor("in.labels"));
  const read = run(
    "crossEntropyForward",
    { loss: new Float64Array(1), probs: new Float32Array(N * K), x, labels },
    ["loss", "probs", "x", "labels", N, K, -100],
  );
  t.true(relativeError(read("loss"), vectors.tensor("out")) <= 2e-7);
  const dloss = vectors.tensor("cotangent") as Float32Array<ArrayBuffer>;
  const dx = run(
    "crossEntropyBackward",
    { dx: new Float32Array(N * K), dloss, probs: read("probs"), labels },
    ["dx", "dloss", "probs", "labels", N, K, -100, 0],
  )("dx");
  t.true(relativeError(dx, vectors.tensor("grad.x")) <= 2e-7);
});

test("a confident right answer keeps a small loss instead of rounding it to 0", (t) => {
  const buffers = {
    loss: new Float64Array(1),
    probs: new Float32Array(2),
    x: Float32Array.of(30, 0),
    labels: Int32Array.of(0),
  };
  const [loss] = run("crossEntropyForward", buffers, ["loss", "probs", "x", "labels", 1, 2, -100])("loss");
  t.true(Math.abs(loss / Math.log1p(Math.exp(-30)) - 1) < 1e-2, `${loss}`);
});

test("softmax of a row has the same bits wherever a class stands in it", (t) => {
  for (const K of [2, 3, 4, 5, 6, 7, 9]) {
    const x = new Float32Array(K).fill(-3);
    const found = x.map((_, k) => {
      const row = x.slice();
      row[k] = testSource(K)(1)[0];
      const buffers = {
        loss: new Float64Array(1),
        probs: new Float32Array(K),
        x: row,
        labels: Int32Array.of(0),
      };
      return run("crossEntropyForward", buffers, ["loss", "probs", "x", "labels", 1, K, -100])("probs")[k];
    });
    t.deepEqual(found, new Float32Array(K).fill(found[0]), `K = ${K}`);
  }
});
