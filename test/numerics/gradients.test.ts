import test from "ava";
import fc from "fast-check";
import { ops } from "../../src/graph/ops/registry.js";
import { testSource } from "../kernels/run.js";
import { check } from "../reference/check.js";
import { type Comparison, compare, DEVIATIONS } from "../reference/compare.js";
import { checkGraph } from "../reference/graphs.js";
import { subjects } from "../reference/networks.js";
import { record } from "../reference/record.js";
import { references } from "../reference/registry.js";
import { Tape } from "../reference/tape.js";

/** How many networks and graphs; `npm run numerics` takes thousands. */
const NETWORKS = 24;
const GRAPHS = 60;

const tooFar = (comparisons: readonly Comparison[] | undefined) =>
  comparisons?.filter(({ deviations }) => !(deviations < DEVIATIONS)) ?? [];

test("loss, outputs and all gradients of any network agree with float64, as far as float32 can", (t) => {
  let ambiguous = 0;
  fc.assert(
    fc.property(subjects, (subject) => {
      const { comparisons } = check(subject);
      if (!comparisons) ambiguous++;
      t.deepEqual(tooFar(comparisons), [], JSON.stringify(subject.architecture.config));
    }),
    { numRuns: NETWORKS, seed: 11, endOnFailure: true },
  );
  t.true(ambiguous <= NETWORKS / 4, `${ambiguous} of ${NETWORKS} are decided by rounding`);
});

test("so do those of any graph of ops, and all ops are among them", (t) => {
  const reached = new Set<string>();
  let ambiguous = 0;
  for (let seed = 1; seed <= GRAPHS; seed++) {
    const checked = checkGraph(seed, 1 + (seed % 12));
    if (!checked.comparisons) ambiguous++;
    else for (const op of checked.ops) reached.add(op);
    t.deepEqual(tooFar(checked.comparisons), [], `graph ${seed}`);
  }
  t.deepEqual([...reached].sort(), Object.keys(ops).sort());
  t.true(ambiguous <= GRAPHS / 4, `${ambiguous} of ${GRAPHS} are decided by rounding`);
});

test("one parameter may be gain and bias of a LayerNorm", (t) => {
  // Its steps tie them.
  t.deepEqual(tooFar(checkGraph(255, 16).comparisons), []);
});

test("numbers that float32 does not hold are not compared", (t) => {
  const { tape, a, product } = small();
  const huge = tape.linear([product], [1e38]);
  t.is(compare({ tape, loss: huge, nodes: () => [] }, [], 1), undefined);
  t.true(a.length > 0);
});

test("every op has a reference", (t) => {
  t.deepEqual(Object.keys(references).sort(), Object.keys(ops).sort());
});

test("an error of a ten-thousandth does not pass for rounding", (t) => {
  const { tape, a, product } = small();
  const exact = tape.evaluate(product);
  const got = a.map((node) => exact.gradient[node]);
  const recorded = { tape, loss: product, nodes: () => [] };
  const quantity = (scale: number) => ({
    ...{ name: "a", nodes: a, kind: "gradient" as const },
    got: got.map((value) => value * scale),
  });
  t.true(compare(recorded, [quantity(1)], 1)![0].deviations < DEVIATIONS);
  t.true(compare(recorded, [quantity(1 + 1e-4)], 1)![0].deviations > DEVIATIONS);
  t.is(compare(recorded, [quantity(Number.NaN)], 1)![0].deviations, Number.POSITIVE_INFINITY);
});

/** exp, quotients and roots of two vectors. */
function small() {
  const tape = new Tape();
  const leaves = (seed: number) => [...testSource(seed)(5, 0.5, 2)].map((value) => tape.leaf(value));
  const [a, b] = [leaves(1), leaves(2)];
  const mixed = a.map((node, i) => tape.quotient(tape.exp(tape.erf(node)), tape.root(b[i])));
  return { tape, a, product: tape.dot(mixed, [...b].reverse()) };
}

test("gradients of the tape are those of central differences", (t) => {
  const functions: Record<string, (tape: Tape, x: readonly number[]) => number> = {
    linear: (tape, x) => tape.linear(x, [2, -1, 0.5], 3),
    dot: (tape, x) => tape.dot(x, [x[1], x[2], x[0]], x[0]),
    quotient: (tape, [a, b]) => tape.quotient(a, b),
    exp: (tape, [a]) => tape.exp(a),
    log: (tape, [a]) => tape.log(a),
    root: (tape, [a]) => tape.root(a),
    tanh: (tape, [a]) => tape.tanh(a),
    erf: (tape, [a]) => tape.erf(a),
    about: (tape, [a]) => tape.about(a, 1),
    piecewise: (tape, [a]) => tape.piecewise(a, { breaks: [0.2, 2], slopes: [1, -2, 3], shifts: [0, 1, 2] }),
    threshold: (tape, x) => tape.threshold(x),
    first: (tape, x) => tape.dot([tape.first(x, 2)], [x[0]]),
  };
  // Of some 1e-4 of third derivatives near 1, beside roundings of 1e-16 over 2e-5.
  const h = 1e-5;
  for (const [name, make] of Object.entries(functions)) {
    for (const point of [
      [0.7, 1.3, 0.4],
      [1.9, 0.6, 2.2],
    ]) {
      const tape = new Tape();
      const x = point.map((value) => tape.leaf(value));
      const y = make(tape, x);
      const { gradient } = tape.evaluate(y);
      for (const [i, leaf] of x.entries()) {
        const at = (value: number) => {
          tape.set(leaf, value);
          return tape.evaluate(y).values[y];
        };
        const slope = (at(point[i] + h) - at(point[i] - h)) / (2 * h);
        tape.set(leaf, point[i]);
        t.true(
          Math.abs(slope - gradient[leaf]) < 1e-8,
          `${name} at ${point}, ${i}: ${slope}, ${gradient[leaf]}`,
        );
      }
    }
  }
});

test("an op without a reference is named", (t) => {
  const graph = { applied: [{ op: "novel", label: "", inputs: {}, attributes: {}, output: {} }] };
  t.throws(() => record(graph as never, () => []), { message: /no reference of op novel/ });
});
