import { PlateauError } from "../../errors.js";
import { Graph } from "../../graph/graph.js";
import type { Op } from "../../graph/op.js";
import { lastExtent, rows, type Shape, size, type Tensor } from "../../graph/tensor.js";
import type { Model } from "../../nn/model.js";
import { type Bounded, bounded, constant, Matrix, reshaped, up } from "./bounded.js";
import { type Bounds, opBounds } from "./op-bounds.js";
import { opRounding } from "./op-rounding.js";
import { type Errors, errors, noErrors, type Rounded } from "./rounding.js";
import { carried, emptySum, gathered, type Slopes, slopes } from "./slopes.js";

/** Why ops without bounds have none. */
export const unbounded: Readonly<Record<string, string>> = {
  "linear-attention":
    "linear attention multiplies its inputs with each other, without a softmax to hold the products: bounds would grow with every layer, so there are none, and no certificate; measure its error instead (plateau eval)",
};

/** Bounds of a network's outputs, and by how much what float32 makes of them may be off, where that was asked. */
export type NetworkBounds = Bounded & { readonly error?: Float64Array };

/**
 * Bounds of a network's outputs as a function of its inputs on a box, for as many boxes as wanted, with the
 * weights that it has now. `intervals`: also of its Jacobian. What it is at the middle of the box comes along.
 * `rounding`: also of float32's errors, for networks that read none of their own predictions.
 */
export function networkBounds(
  model: Model,
  { decoding = "own", rounding = false }: { decoding?: "own" | "teacher-forcing"; rounding?: boolean } = {},
): (low: ArrayLike<number>, high: ArrayLike<number>, intervals: boolean) => NetworkBounds {
  const weights = model.weights().slice();
  const matrices = new Map<string, Matrix>();
  return (low, high, intervals) =>
    boundOutput({ model, weights, matrices, decoding, rounding }, low, high, intervals);
}

interface Network {
  readonly model: Model;
  readonly weights: Float32Array;
  readonly matrices: Map<string, Matrix>;
  readonly decoding: "own" | "teacher-forcing";
  readonly rounding: boolean;
}

function boundOutput(
  { model, weights, matrices, decoding, rounding }: Network,
  low: ArrayLike<number>,
  high: ArrayLike<number>,
  intervals: boolean,
): NetworkBounds {
  const { kind, extent, inputDim, outputDim, targetDim } = model.architecture;
  const { inputTokens: m, outputTokens: n } = extent;
  const xWidth = m * inputDim;
  const reads = kind === "encoder-decoder" && n > 1;
  const forced = reads && decoding === "teacher-forcing";
  const inputs = xWidth + (forced ? n * targetDim : 0);
  if (low.length !== inputs || high.length !== inputs) {
    throw new PlateauError("usage", `a box of ${low.length} sides for a network of ${inputs} inputs`);
  }
  const side = (ends: ArrayLike<number>, from: number, to: number) =>
    Float64Array.from(ends).subarray(from, to);
  const free = (tokens: number, width: number, from: number) => {
    const to = from + tokens * width;
    const constants = { token: new Float64Array(tokens).fill(1), whole: 1 };
    const [least, most] = [side(low, from, to), side(high, from, to)];
    const at = constant(
      least.map((value, i) => 0.5 * (value + most[i])),
      tokens,
      width,
    );
    return bounded(tokens, width, least, most, constants, {
      middle: { at, reach },
      slopes: intervals ? identity(tokens, width, from, inputs) : undefined,
    });
  };
  const reach = halfDiagonal(low, high);
  const pass = (y?: Bounded) => bound(model, weights, matrices, { x: free(m, inputDim, 0), y });
  if (!reads) return bound(model, weights, matrices, { x: free(m, inputDim, 0) }, rounding);
  if (forced) return pass(free(n, targetDim, xWidth));
  if (outputDim !== targetDim) {
    throw new PlateauError("usage", `the decoder reads ${targetDim} numbers a token and writes ${outputDim}`);
  }

  // The passes of `decodeOwn`: each reads one prediction more.
  let y = constant(new Float64Array(n * targetDim), n, targetDim);
  let out = pass(y);
  for (let t = 0; t + 1 < n; t++) {
    const { low: from, high: to, token } = joined(y, out, t);
    // Under a causal mask this pass's first t+1 outputs are the predictions read so far.
    const { causal } = model.config as { causal?: boolean };
    const whole = causal ? out.whole : Number.POSITIVE_INFINITY;
    const middle = joined(y.middle?.at ?? y, out.middle?.at ?? out, t);
    y = bounded(
      n,
      targetDim,
      from,
      to,
      { token, whole },
      {
        middle: { at: middle, reach },
        slopes: joinedSlopes(y, out, t),
      },
    );
    out = pass(y);
  }
  return out;
}

/** y with its token t that of `out`. */
function joined(y: Bounded, out: Bounded, t: number): Bounded {
  const [low, high, token] = [y.low.slice(), y.high.slice(), y.token.slice()];
  const [at, end] = [t * y.width, (t + 1) * y.width];
  low.set(out.low.subarray(at, end), at);
  high.set(out.high.subarray(at, end), at);
  token[t] = out.token[t];
  return bounded(y.tokens, y.width, low, high, { token, whole: Number.POSITIVE_INFINITY });
}

function joinedSlopes(y: Bounded, out: Bounded, t: number): Slopes | undefined {
  if (!out.slopes || (y.whole > 0 && !y.slopes)) return undefined;
  return gathered(y.tokens, y.width, out.slopes.inputs, (row) => [
    Math.floor(row / y.width) === t ? out.slopes : y.slopes,
    row,
  ]);
}

/** Of inputs from … on by themselves. */
function identity(tokens: number, width: number, from: number, inputs: number): Slopes | undefined {
  if (!carried(tokens * width, inputs)) return undefined;
  const { middle, radius } = emptySum(tokens * width, inputs);
  for (let i = 0; i < tokens * width; i++) middle[i * inputs + from + i] = 1;
  return slopes(tokens, inputs, middle, radius);
}

/** How far a point of the box may be from its middle. */
function halfDiagonal(low: ArrayLike<number>, high: ArrayLike<number>): number {
  let squares = 0;
  for (let i = 0; i < low.length; i++) squares += 0.25 * (high[i] - low[i]) * (high[i] - low[i]);
  return up(Math.sqrt(squares));
}

/** Bounds of a model's outputs for bounds of its inputs. */
function bound(
  model: Model,
  weights: Float32Array,
  matrices: Map<string, Matrix>,
  given: { x: Bounded; y?: Bounded },
  rounding = false,
): NetworkBounds {
  const graph = new BoundingGraph(model, weights, matrices, given, rounding);
  const { output } = model.architecture.emit(graph, { batch: 1, ...model.architecture.extent });
  const found = graph.bounds(output);
  return rounding ? { ...found, error: graph.rounded(output)?.error.element } : found;
}

/** A graph that carries bounds along while a model is emitted into it. Nothing is run. */
class BoundingGraph extends Graph implements Bounds {
  readonly #bounds = new Map<number, Bounded>();
  readonly #weights: Float32Array;
  readonly #matrices: Map<string, Matrix>;
  readonly #known: Map<string, ArrayLike<number>>;
  readonly #given: { x: Bounded; y?: Bounded };
  readonly #rounding: boolean;
  /** Errors of float32, of tensors that have any; undefined where they are not known. */
  readonly #errors = new Map<number, Errors | undefined>();

  constructor(
    model: Model,
    weights: Float32Array,
    matrices: Map<string, Matrix>,
    given: { x: Bounded; y?: Bounded },
    rounding: boolean,
  ) {
    super(model.parameters, "inference");
    this.#weights = weights;
    this.#matrices = matrices;
    this.#given = given;
    this.#rounding = rounding;
    const { program, emitted } = model.inference();
    this.#known = new Map(emitted.constants.map(({ tensor }) => [tensor.name, program.f32(tensor).slice()]));
  }

  override input(name: string, shape: Shape, options: Parameters<Graph["input"]>[2] = {}): Tensor {
    const tensor = super.input(name, shape, options);
    const given = name === "x" ? this.#given.x : name === "y" ? this.#given.y : undefined;
    const values = this.#known.get(name) ?? new Float64Array(size(shape));
    this.#bounds.set(tensor.id, given ?? constant(values, rows(shape), lastExtent(shape)));
    return tensor;
  }

  override apply<I, A>(op: Op<I, A>, label: string, inputs: I, attributes: A): Tensor {
    const output = super.apply(op, label, inputs, attributes);
    const rule = opBounds[op.name];
    if (!rule) {
      throw new PlateauError("usage", unbounded[op.name] ?? `no bound is known for the op ${op.name}`);
    }
    this.#bounds.set(output.id, rule(this, inputs as Record<string, Tensor>, attributes));
    if (this.#rounding) {
      this.#errors.set(output.id, opRounding[op.name]?.(this, inputs as Record<string, Tensor>, attributes));
    }
    return output;
  }

  /** A tensor with the errors that float32 has made in it; undefined where nothing is known of them. */
  rounded(tensor: Tensor): Rounded | undefined {
    const z = this.bounds(tensor);
    const error = this.#errors.has(tensor.id) ? this.#errors.get(tensor.id) : noErrors(z);
    if (!error) return undefined;
    // Other tokens of the same elements.
    return { z, error: error.token.length === z.tokens ? error : errors(error.element, z.tokens) };
  }

  bounds(tensor: Tensor): Bounded {
    const [tokens, width] = [rows(tensor.shape), lastExtent(tensor.shape)];
    const found = this.#bounds.get(tensor.id);
    if (found) return reshaped(found, tokens, width);
    return constant(this.numbers(tensor), tokens, width);
  }

  /** A parameter's present values. */
  numbers(tensor: Tensor): Float32Array {
    if (tensor.buffer.place !== "parameter") {
      throw new PlateauError("internal", `${tensor.name} is no parameter, and nothing is known of it`);
    }
    const from = tensor.buffer.offset + tensor.start;
    return this.#weights.subarray(from, from + size(tensor.shape));
  }

  matrix(tensor: Tensor): Matrix {
    const key = `${tensor.name} ${tensor.start} ${tensor.shape}`;
    let matrix = this.#matrices.get(key);
    if (!matrix) {
      matrix = new Matrix(this.numbers(tensor), tensor.shape[0], tensor.shape[1]);
      this.#matrices.set(key, matrix);
    }
    return matrix;
  }
}
