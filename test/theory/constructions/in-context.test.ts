import test from "ava";
import { findTarget } from "../../../src/targets/registry.js";
import { contraction, descend, promptOf } from "../../../src/theory/constructions/in-context/descent.js";
import { findConstruction } from "../../../src/theory/constructions/registry.js";
import { defineTask } from "../../../src/theory/constructions/task.js";
import { relativeError } from "../../kernels/run.js";

const incontext = findConstruction("incontext");
const construct = (name: string, layers: number, options: { eta?: number } = {}) =>
  incontext.construct(defineTask(findTarget(name)), layers, options);

const shapes = [
  [1, 1],
  [2, 6],
  [3, 5],
  [5, 40],
] as const;

function prompts(name: string, count: number) {
  return findTarget(name).sample("test", { start: 0, count }, 1, 3);
}

test("t layers are t steps of gradient descent, each computed by itself in float64", (t) => {
  for (const [D, k] of shapes) {
    const name = `in-context-linear(${D}, ${k})`;
    const { x } = prompts(name, 64);
    for (const layers of [1, 2, 7]) {
      const eta = 0.8;
      const { model } = construct(name, layers, { eta });
      const got = model!.predict(x);
      const width = x.length / 64;
      const want = Float64Array.from(got, (_, i) => {
        const prompt = promptOf(x.subarray(i * width, (i + 1) * width), D, k);
        return descend(prompt, eta, layers)[layers];
      });
      t.true(relativeError(got, want) < 2e-6, `${name}, ${layers} layers: ${relativeError(got, want)}`);
    }
  }
});

test("it is gradient descent whatever the answers are: examples that no w explains, too", (t) => {
  const { model } = construct("in-context-linear(2, 3)", 4, { eta: 0.5 });
  const numbers = [0.5, -1, 0.3, 0.2, 0.9, -0.7, -0.4, 0.1, 0.6, 0.25, -0.75];
  const want = descend(promptOf(numbers, 2, 3), 0.5, 4)[4];
  const [got] = model!.predict(Float32Array.from(numbers));
  t.true(Math.abs(got - want) < 1e-6);
  // The order of the examples is nothing to it.
  const other = [...numbers.slice(3, 6), ...numbers.slice(0, 3), ...numbers.slice(6)];
  t.true(Math.abs(model!.predict(Float32Array.from(other))[0] - want) < 1e-6);
});

test("descend takes known steps", (t) => {
  // One example x = 2, y = 3: w ← w − η·2(2w − 3).
  const answers = descend(promptOf([2, 3, 10], 1, 1), 0.1, 2);
  t.deepEqual(
    [...answers].map((answer) => Math.round(answer * 1e9) / 1e9),
    [0, 6, 9.6],
  );
});

test("the error falls as theory says: at most by the contraction at every step, and to least squares in the end", (t) => {
  const [D, k] = [3, 12];
  const name = `in-context-linear(${D}, ${k})`;
  const { x, y, u } = prompts(name, 200);
  const width = x.length / 200;
  for (let i = 0; i < 200; i++) {
    const prompt = promptOf(x.subarray(i * width, (i + 1) * width), D, k);
    const eta = 1;
    const rho = contraction(prompt, eta);
    const norm = (z: ArrayLike<number>) => Math.sqrt(Array.from(z).reduce((sum, one) => sum + one * one, 0));
    const w = u.subarray((i * u.length) / 200, (i * u.length) / 200 + D);
    const start = norm(w) * norm(prompt.query);
    const answers = descend(prompt, eta, 60);
    for (const [step, answer] of answers.entries()) {
      // y is float32: so far are the examples from w.
      t.true(Math.abs(answer - y[i]) <= rho ** step * start + 1e-6, `${step}: ${answer - y[i]}`);
    }
  }
});

test("contraction is 1 − ηλ at its worst", (t) => {
  // XᵀX/k = diag(1/2, 2).
  const prompt = { X: Float64Array.of(1, 0, 0, 2), y: new Float64Array(2), query: new Float64Array(2) };
  t.true(Math.abs(contraction(prompt, 0.5) - 0.75) < 1e-12);
  t.true(Math.abs(contraction(prompt, 1) - 1) < 1e-12);
  t.is(contraction({ ...prompt, X: Float64Array.of(1, 0), y: new Float64Array(1) }, 0.5), 1);
});

test("line search finds a step no worse than any on a grid, and more layers err less", (t) => {
  const name = "in-context-linear(2, 8)";
  const errors = [1, 2, 4, 8, 16].map((layers) => construct(name, layers).details!["rmse"] as number);
  for (let i = 1; i < errors.length; i++) t.true(errors[i] < errors[i - 1], String(errors));
  t.true(errors[4] < 0.2 * errors[0]);
  const best = construct(name, 2);
  for (const eta of [0.3, 1, 2, 3]) {
    t.true((construct(name, 2, { eta }).details!["rmse"] as number) >= (best.details!["rmse"] as number));
  }
});

test("its gradients are those of differences", (t) => {
  const { g } = construct("in-context-linear(2, 4)", 3, { eta: 1 });
  const { x } = prompts("in-context-linear(2, 4)", 1);
  const at = Float64Array.from(x);
  const exact = g.vjp!(at, Float64Array.of(1), 1);
  for (let i = 0; i < at.length; i++) {
    const step = 2 ** -6;
    const moved = (by: number) => g.evaluate(at.with(i, at[i] + by), 1)[0];
    const slope = (moved(step) - moved(-step)) / (2 * step);
    t.true(Math.abs(exact[i] - slope) < 2e-3, `${i}: ${exact[i]}, ${slope}`);
  }
});

test("other targets are refused", (t) => {
  t.throws(() => construct("sine", 1), { message: /incontext is for the target in-context-linear/ });
  t.throws(() => construct("in-context-linear", 0), { message: /size 0/ });
});
