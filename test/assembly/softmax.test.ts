import test from "ava";
import fc from "fast-check";
import { Engine } from "../../src/runtime/engine.js";
import { golden } from "../golden.js";
import { type Normalizer, normalize, normalizeBackward } from "../kernels/attention-reference.js";
import { relativeError } from "../kernels/run.js";

const engine = new Engine();
const { softmaxForward, softmaxBackward, sparsemaxForward, hardmaxForward, logSoftmaxForward } =
  engine.kernels;

type Forward = (y: number, x: number, N: number, D: number) => void;

function forward(kernel: Forward, x: ArrayLike<number>, D: number): Float32Array<ArrayBuffer> {
  const mark = engine.mark();
  const place = engine.allocate(4 * x.length);
  engine.f32(place, x.length).set(x);
  kernel(place, place, x.length / D, D);
  const y = engine.f32(place, x.length).slice();
  engine.release(mark);
  return y;
}

for (const name of ["softmax", "softmax-extreme"]) {
  test(`PyTorch's ${name} is met within 3e-7, its gradient within 5e-7`, (t) => {
    const file = golden(`op.${name}`);
    const x = file.tensor("in.x");
    const [N, D] = file.shape("in.x");
    const y = forward(softmaxForward, x, D);
    const error = relativeError(y, file.tensor("out"));
    t.true(error <= 3e-7, `out off by ${error}`);
    const mark = engine.mark();
    const [dx, dy, saved] = [0, 1, 2].map(() => engine.allocate(4 * x.length));
    engine.f32(dy, x.length).set(file.tensor("cotangent"));
    engine.f32(saved, x.length).set(y);
    softmaxBackward(dx, dy, saved, N, D, 0);
    const off = relativeError(engine.f32(dx, x.length), file.tensor("grad.x"));
    engine.release(mark);
    t.true(off <= 5e-7, `grad.x off by ${off}`);
  });
}

test("the references' gradients are their central differences within 1e-8", (t) => {
  for (const normalizer of [0, 2] satisfies Normalizer[]) {
    const x = [0.3, -0.4, 0.9, 0.1, -1.3, 0.85];
    const dy = [0.5, -1, 0.25, 2, -0.75, 0.1];
    const pulled = (z: number[]) => normalize(z, normalizer).reduce((sum, w, i) => sum + w * dy[i], 0);
    const differences = x.map((_, i) => {
      const at = (step: number) => pulled(x.map((z, j) => (i === j ? z + step : z)));
      return (at(1e-5) - at(-1e-5)) / 2e-5;
    });
    t.true(relativeError(normalizeBackward(normalize(x, normalizer), dy, normalizer), differences) < 1e-8);
  }
});

const row = fc
  .array(fc.float({ min: -50, max: 50, noNaN: true }), { minLength: 1, maxLength: 40 })
  .map((values) => Float32Array.from(values));

test("rows of softmax, hardmax and sparsemax lie on the simplex and keep the order", (t) => {
  fc.assert(
    fc.property(row, (x) => {
      for (const kernel of [softmaxForward, hardmaxForward, sparsemaxForward]) {
        const y = forward(kernel, x, x.length);
        t.true(y.every((w) => w >= 0));
        t.true(Math.abs(y.reduce((a, b) => a + b, 0) - 1) <= 5e-7);
        // The largest input has the largest weight.
        t.is(y[x.indexOf(Math.max(...x))], Math.max(...y));
      }
    }),
    { numRuns: 200, seed: 1 },
  );
});

test("sparsemax is its sorting algorithm within 1e-6 and projects points of the simplex to themselves", (t) => {
  fc.assert(
    fc.property(row, (x) => {
      t.true(relativeError(forward(sparsemaxForward, x, x.length), normalize([...x], 2)) <= 1e-6);
      const onSimplex = forward(softmaxForward, x, x.length);
      t.true(relativeError(forward(sparsemaxForward, onSimplex, x.length), onSimplex) <= 5e-7);
    }),
    { numRuns: 200, seed: 2 },
  );
});

test("log-softmax is the logarithm of softmax, shifted inputs give the same bits", (t) => {
  fc.assert(
    fc.property(row, (x) => {
      const wide = x.map((z) => Math.round(z * 8) / 8);
      const y = forward(logSoftmaxForward, wide, x.length);
      const reference = normalize([...wide], 0).map(Math.log);
      t.true(y.every((z, i) => Math.abs(z - reference[i]) <= 1e-6 * Math.max(1, Math.abs(reference[i]))));
      t.deepEqual(
        forward(
          softmaxForward,
          wide.map((z) => z + 1024),
          x.length,
        ),
        forward(softmaxForward, wide, x.length),
      );
    }),
    { numRuns: 200, seed: 3 },
  );
});

test("hardmax breaks ties by the lowest index", (t) => {
  t.deepEqual([...forward(hardmaxForward, [1, 3, 3, 2, 3, 3], 3)], [0, 1, 0, 0, 1, 0]);
  t.deepEqual([...forward(hardmaxForward, [-0, 0], 2)], [1, 0]);
});
