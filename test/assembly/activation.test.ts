import test from "ava";
import { Engine } from "../../src/runtime/engine.js";
import { golden } from "../golden.js";
import { gelu, geluSlope, geluTanh, geluTanhSlope } from "../kernels/activation.js";
import { place, relativeError } from "../kernels/run.js";

type Gelu = "geluForward" | "geluTanhForward";

function run(kernel: Gelu, x: Float32Array<ArrayBuffer>): { y: Float32Array; derivative: Float32Array } {
  const placed = place(new Engine(), kernel, {
    buffers: { y: new Float32Array(x.length), derivative: new Float32Array(x.length), x },
    args: ["y", "derivative", "x", x.length],
    expected: {},
  });
  placed.call();
  return { y: placed.read("y") as Float32Array, derivative: placed.read("derivative") as Float32Array };
}

for (const [name, kernel] of [
  ["op.gelu-erf", "geluForward"],
  ["op.gelu-tanh", "geluTanhForward"],
] as const) {
  test(`${name}: value and gradient are within 2e-7 of PyTorch`, (t) => {
    const vectors = golden(name);
    const { y, derivative } = run(kernel, vectors.tensor("in.x") as Float32Array<ArrayBuffer>);
    const cotangent = vectors.tensor("cotangent");
    t.true(relativeError(y, vectors.tensor("out")) <= 2e-7);
    t.true(
      relativeError(
        derivative.map((slope, i) => slope * cotangent[i]),
        vectors.tensor("grad.x"),
      ) <= 2e-7,
    );
  });
}

test("op.relu: value and gradient are PyTorch's", (t) => {
  const vectors = golden("op.relu");
  const x = vectors.tensor("in.x") as Float32Array<ArrayBuffer>;
  const n = x.length;
  const forward = place(new Engine(), "reluForward", {
    buffers: { y: new Float32Array(n), x },
    args: ["y", "x", n],
    expected: {},
  });
  forward.call();
  t.is(relativeError(forward.read("y") as Float32Array, vectors.tensor("out")), 0);
  const backward = place(new Engine(), "reluBackward", {
    buffers: {
      dx: new Float32Array(n),
      dy: vectors.tensor("cotangent") as Float32Array<ArrayBuffer>,
      y: forward.read("y"),
    },
    args: ["dx", "dy", "y", n, 0],
    expected: {},
  });
  backward.call();
  t.is(relativeError(backward.read("dx") as Float32Array, vectors.tensor("grad.x")), 0);
});

/** 400,001 floats over [−16, 16]. */
const dense = Float32Array.from({ length: 400001 }, (_, i) => (i - 200000) / 12500);

for (const [kernel, value, slope, tail] of [
  ["geluForward", gelu, geluSlope, 1e-5],
  ["geluTanhForward", geluTanh, geluTanhSlope, 1e-5],
] as const) {
  test(`${kernel}: absolute error below 2e-7·max(1, |x|), relative below ${tail} down to 1e-36`, (t) => {
    const { y, derivative } = run(kernel, dense);
    let absolute = 0;
    let relative = 0;
    dense.forEach((x, i) => {
      const want = value(x);
      absolute = Math.max(absolute, Math.abs(y[i] - want) / Math.max(1, Math.abs(x)));
      absolute = Math.max(absolute, Math.abs(derivative[i] - slope(x)));
      if (Math.abs(want) > 1e-36) relative = Math.max(relative, Math.abs(y[i] / want - 1));
    });
    t.log(`${kernel}: absolute ${absolute.toExponential(2)}, relative ${relative.toExponential(2)}`);
    t.true(absolute <= 2e-7, `absolute error ${absolute}`);
    t.true(relative <= tail, `relative error ${relative}`);
  });

  test(`${kernel}: limits are met exactly, at infinity too`, (t) => {
    const { y, derivative } = run(
      kernel,
      Float32Array.of(
        20,
        -20,
        3e38,
        -3e38,
        Number.POSITIVE_INFINITY,
        Number.NEGATIVE_INFINITY,
        0,
        Number.NaN,
      ),
    );
    t.deepEqual(
      [...y.map((v) => v + 0)],
      [20, 0, Math.fround(3e38), 0, Number.POSITIVE_INFINITY, 0, 0, Number.NaN],
    );
    t.deepEqual([...derivative.map((v) => v + 0)], [1, 0, 1, 0, 1, 0, 0.5, Number.NaN]);
  });

  test(`${kernel}: an element has the same bits at every position`, (t) => {
    for (const x of [0.37, -1.9, 8.5]) {
      const { y, derivative } = run(kernel, new Float32Array(15).fill(x));
      t.deepEqual(y, new Float32Array(15).fill(y[0]));
      t.deepEqual(derivative, new Float32Array(15).fill(derivative[0]));
    }
  });
}
