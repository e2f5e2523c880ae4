import test from "ava";
import { Engine } from "../../src/runtime/engine.js";
import { golden } from "../golden.js";
import { place, relativeError, testSource } from "../kernels/run.js";

for (const [name, tolerance] of [
  ["op.layernorm", 4e-7],
  ["op.layernorm-nearly-constant", 2e-7],
] as const) {
  test(`${name}: value and gradients are within ${tolerance} of PyTorch`, (t) => {
    const vectors = golden(name);
    const [N, D] = vectors.shape("in.x");
    const float = (tensor: string) => vectors.tensor(tensor) as Float32Array<ArrayBuffer>;
    const forward = place(new Engine(), "layernormForward", {
      buffers: {
        y: new Float32Array(N * D),
        xhat: new Float32Array(N * D),
        rstd: new Float32Array(N),
        x: float("in.x"),
        g: float("in.g"),
        b: float("in.b"),
      },
      args: ["y", "xhat", "rstd", "x", null, "g", "b", N, D, Number(vectors.metadata.eps)],
      expected: {},
    });
    forward.call();
    const near = (got: ArrayLike<number>, tensor: string) => {
      const error = relativeError(got, vectors.tensor(tensor));
      t.true(error <= tolerance, `${tensor} is off by ${error}`);
    };
    near(forward.read("y") as Float32Array, "out");
    const backward = place(new Engine(), "layernormBackward", {
      buffers: {
        dx: new Float32Array(N * D),
        dg: new Float32Array(D),
        db: new Float32Array(D),
        dy: float("cotangent"),
        xhat: forward.read("xhat"),
        rstd: forward.read("rstd"),
        g: float("in.g"),
      },
      args: ["dx", "dg", "db", "dy", "xhat", "rstd", "g", N, D, 0],
      expected: {},
    });
    backward.call();
    near(backward.read("dx") as Float32Array, "grad.x");
    near(backward.read("dg") as Float32Array, "grad.g");
    near(backward.read("db") as Float32Array, "grad.b");
  });
}

test("a row has the same bits wherever it stands, alone or among others", (t) => {
  for (const D of [1, 2, 3, 4, 5, 8, 12, 31, 32, 33]) {
    const source = testSource(D);
    const [row, g, b, h, dy] = [source(D), source(D), source(D), source(D), source(D)];
    const fill = (one: Float32Array, N: number) => Float32Array.from({ length: N * D }, (_, i) => one[i % D]);
    const run = (N: number) => {
      const forward = place(new Engine(), "layernormForward", {
        buffers: { y: new Float32Array(N * D), x: fill(row, N), g, b },
        args: ["y", null, null, "x", null, "g", "b", N, D, 1e-5],
        expected: {},
      });
      forward.call();
      const backward = place(new Engine(), "layernormBackward", {
        buffers: {
          dx: new Float32Array(N * D),
          dg: new Float32Array(D),
          db: new Float32Array(D),
          dy: fill(dy, N),
          xhat: fill(h, N),
          rstd: new Float32Array(N).fill(1.25),
          g,
        },
        args: ["dx", "dg", "db", "dy", "xhat", "rstd", "g", N, D, 0],
        expected: {},
      });
      backward.call();
      return [forward.read("y") as Float32Array, backward.read("dx") as Float32Array];
    };
    const alone = run(1);
    const many = run(7);
    for (const k of [0, 1]) t.deepEqual(many[k], fill(alone[k], 7), `D = ${D}`);
  }
});

test("NaN and infinity make their own row NaN and no other", (t) => {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const D = 4;
    const x = testSource(3)(5 * D);
    x[D + 2] = bad;
    const forward = place(new Engine(), "layernormForward", {
      buffers: {
        y: new Float32Array(5 * D),
        x,
        g: new Float32Array(D).fill(1),
        b: new Float32Array(D),
      },
      args: ["y", null, null, "x", null, "g", "b", 5, D, 1e-5],
      expected: {},
    });
    forward.call();
    const y = forward.read("y") as Float32Array;
    t.deepEqual(
      [0, 1, 2, 3, 4].map((n) => y.subarray(n * D, n * D + D).some(Number.isNaN)),
      [false, true, false, false, false],
    );
  }
});
