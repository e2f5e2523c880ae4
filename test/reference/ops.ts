import type { FeatureTokens } from "../../src/graph/ops/feature-tokens.js";
import type { LayerNormInputs } from "../../src/graph/ops/layernorm.js";
import type { LinearInputs } from "../../src/graph/ops/linear.js";
import type { Pieces } from "../../src/graph/ops/piecewise.js";
import { lastExtent, type Tensor } from "../../src/graph/tensor.js";
import type { Reference } from "./record.js";
import type { Node, Tape } from "./tape.js";

type Unary<A = object> = Reference<{ x: Tensor }, A>;
type Binary = Reference<{ a: Tensor; b: Tensor }, object>;

/** A row-major matrix's rows. */
export function rowsOf(nodes: readonly Node[], width: number): Node[][] {
  return Array.from({ length: nodes.length / width }, (_, i) => nodes.slice(i * width, (i + 1) * width));
}

export const add: Binary = ({ a, b }, _, { tape, of }) => {
  const second = of(b);
  return of(a).map((node, i) => tape.linear([node, second[i]]));
};

export const multiply: Binary = ({ a, b }, _, { tape, of }) => {
  const second = of(b);
  return of(a).map((node, i) => tape.dot([node], [second[i]]));
};

export const linear: Reference<LinearInputs, object> = ({ x, w, b }, _, { tape, of }) => {
  const weights = rowsOf(of(w), lastExtent(x.shape));
  const bias = b && of(b);
  return rowsOf(of(x), lastExtent(x.shape)).flatMap((row) =>
    weights.map((weight, o) => tape.dot(row, weight, bias?.[o])),
  );
};

export const layernorm: Reference<LayerNormInputs, { eps?: number }> = (
  { x, g, b, residual },
  { eps = 1e-5 },
  { tape, of },
) => {
  const D = lastExtent(x.shape);
  const [gain, bias] = [of(g), of(b)];
  const other = residual && of(residual);
  const all = other ? of(x).map((node, i) => tape.linear([node, other[i]])) : of(x);
  return rowsOf(all, D).flatMap((row) => {
    const share = row.map(() => 1 / D);
    const mean = tape.linear(row, share);
    const centred = () => row.map((node) => tape.linear([node, mean], [1, -1]));
    const squares = centred().map((node) => tape.dot([node], [node]));
    const deviation = tape.root(tape.linear(squares, share, eps));
    // Deviations of their own, so that the two parts of the derivative meet in the sum that a row's gradient is, as
    // they do in the kernel and in PyTorch: where they all but cancel, as they do for D = 2, it keeps their rounding.
    return centred().map((node, i) => tape.dot([tape.quotient(node, deviation)], [gain[i]], bias[i]));
  });
};

/** x·Φ(x). */
export const geluErf: Unary = ({ x }, _, { tape, of }) =>
  of(x).map((node) => {
    const e = tape.erf(tape.linear([node], [Math.SQRT1_2]));
    return tape.dot([node], [tape.linear([e], [0.5], 0.5)]);
  });

export const geluTanh: Unary = ({ x }, _, { tape, of }) =>
  of(x).map((node) => {
    const square = tape.dot([node], [node]);
    const inner = tape.dot([node], [tape.linear([square], [0.044715], 1)]);
    const t = tape.tanh(tape.linear([inner], [Math.sqrt(2 / Math.PI)]));
    return tape.dot([node], [tape.linear([t], [0.5], 0.5)]);
  });

export const relu: Unary = ({ x }, _, { tape, of }) => of(x).map((node) => positivePart(tape, node));

function positivePart(tape: Tape, node: Node): Node {
  return tape.piecewise(node, { breaks: [0], slopes: [0, 1], shifts: [0, 0] });
}

/** The kernel holds its numbers as float32. */
export const piecewise: Unary<Pieces> = ({ x }, { breaks, slopes, shifts }, { tape, of }) => {
  const rounded = {
    breaks: breaks.map(Math.fround),
    slopes: slopes.map(Math.fround),
    shifts: shifts.map(Math.fround),
  };
  return of(x).map((node) => tape.piecewise(node, rounded));
};

/** Shares of a row of scores, by each normaliser. */
export const shares = {
  softmax(tape: Tape, row: readonly Node[]): Node[] {
    const top = tape.max(row);
    const powers = row.map((node) => tape.exp(tape.linear([node, top], [1, -1])));
    const sum = tape.linear(powers);
    return powers.map((power) => tape.quotient(power, sum));
  },
  hardmax: (tape: Tape, row: readonly Node[]): Node[] => row.map((_, i) => tape.first(row, i)),
  sparsemax(tape: Tape, row: readonly Node[]): Node[] {
    const tau = tape.threshold(row);
    return row.map((node) => positivePart(tape, tape.linear([node, tau], [1, -1])));
  },
};

const rowwise =
  (function_: (tape: Tape, row: readonly Node[]) => Node[]): Unary =>
  ({ x }, _, { tape, of }) =>
    rowsOf(of(x), lastExtent(x.shape)).flatMap((row) => function_(tape, row));

export const softmax = rowwise(shares.softmax);
export const hardmax = rowwise(shares.hardmax);
export const sparsemax = rowwise(shares.sparsemax);
export const logSoftmax = rowwise((tape, row) => {
  const whole = logSumExp(tape, row);
  return row.map((node) => tape.linear([node, whole], [1, -1]));
});

function logSumExp(tape: Tape, row: readonly Node[]): Node {
  const top = tape.max(row);
  const powers = row.map((node) => tape.exp(tape.linear([node, top], [1, -1])));
  return tape.linear([top, tape.log(tape.linear(powers))]);
}

export const mse: Reference<{ x: Tensor; y: Tensor }, object> = ({ x, y }, _, { tape, of }) => {
  const targets = of(y);
  const errors = of(x).map((node, i) => tape.linear([node, targets[i]], [1, -1]));
  return [tape.linear([tape.dot(errors, errors)], [1 / errors.length])];
};

export const crossEntropy: Reference<{ x: Tensor; labels: Tensor }, { ignore?: number }> = (
  { x, labels },
  { ignore = -100 },
  { tape, of, read },
) => {
  const label = read(labels);
  const terms = rowsOf(of(x), lastExtent(x.shape)).flatMap((row, i) =>
    label[i] === ignore ? [] : [tape.linear([logSumExp(tape, row), row[label[i]]], [1, -1])],
  );
  return [
    tape.linear(
      terms,
      terms.map(() => 1 / terms.length),
    ),
  ];
};

export const addPositions: Reference<{ x: Tensor; p: Tensor }, object> = ({ x, p }, _, { tape, of }) => {
  const positions = of(p);
  return of(x).map((node, i) => tape.linear([node, positions[i % positions.length]]));
};

export const shiftRight: Reference<{ start: Tensor; x: Tensor }, object> = ({ start, x }, _, { of }) => {
  const [, T, D] = x.shape;
  return rowsOf(of(x), T * D).flatMap((sequence) => [...of(start), ...sequence.slice(0, (T - 1) * D)]);
};

export const firstToken: Unary = ({ x }, _, { of }) => {
  const [, T, D] = x.shape;
  return rowsOf(of(x), T * D).flatMap((sequence) => sequence.slice(0, D));
};

export const featureTokens: Reference<{ x: Tensor; w: Tensor; b: Tensor }, FeatureTokens> = (
  { x, w, b },
  { widths },
  { tape, of },
) => {
  const D = lastExtent(w.shape);
  const [weights, biases] = [rowsOf(of(w), D), rowsOf(of(b), D)];
  return rowsOf(of(x), lastExtent(x.shape)).flatMap((row) => {
    let from = 0;
    return widths.flatMap((width, t) => {
      const part = row.slice(from, from + width);
      const matrix = weights.slice(from, from + width);
      from += width;
      return biases[t].map((bias, d) =>
        tape.dot(
          part,
          matrix.map((line) => line[d]),
          bias,
        ),
      );
    });
  });
};
