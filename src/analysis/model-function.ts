import { requireArguments } from "../arguments.js";
import { PlateauError } from "../errors.js";
import { decodeOwn } from "../nn/decode.js";
import type { DerivativeProgram, Model, PredictOptions } from "../nn/model.js";
import type { BatchFunction } from "../targets/function.js";

/** How a network is read as a function. */
export interface ModelFunctionOptions {
  /** Default: the architecture's kind. */
  readonly name?: string;
  /**
   * What a decoder of several output tokens reads. `own` (default): its own predictions, as in
   * `Model.predict`. `teacher-forcing`: tokens that are inputs of the function, too: a point is
   * x [m, inputDim], then the teacher [n, targetDim], whose last token is read by nobody.
   */
  readonly decoding?: "own" | "teacher-forcing";
  /**
   * As in `Model.predict`, for models whose outputs are not what they read. Taken for piecewise constant
   * (classes and their centroids): its derivative counts as 0.
   */
  readonly feedback?: PredictOptions["feedback"];
}

/**
 * A network as a function of its inputs: [m·inputDim] → [n·outputDim], dropout off, no padding. Points
 * are rounded to float32, and so is all arithmetic; derivatives go exactly through the graph. A model
 * that reads its own predictions is differentiated through them, too, whether its mask is causal or not:
 * `predict` is n passes of the decoder, and the chain rule walks back over all of them. ReLU has
 * derivative 0 at 0, hardmax attention that of the values alone. Weights are those that the model has
 * when it is called; programs are built once a model and shared.
 * @throws PlateauError `usage` where outputs are as wide as nothing that the decoder reads
 */
export function modelFunction(model: Model, options: ModelFunctionOptions = {}): BatchFunction {
  requireArguments("modelFunction", {
    model: [model, "Model: architecture parameters seed config"],
    options: [options, "object?"],
  });

  const { kind, extent, inputDim, outputDim, targetDim } = model.architecture;
  const { inputTokens: m, outputTokens: n } = extent;
  const { name = kind, decoding = "own", feedback } = options;
  const reads = kind === "encoder-decoder" && n > 1;
  const forced = reads && decoding === "teacher-forcing";
  if (reads && !forced && !feedback && outputDim !== targetDim) {
    throw new PlateauError(
      "usage",
      `the decoder reads ${targetDim} numbers a token and writes ${outputDim}: give feedback, or decoding "teacher-forcing"`,
    );
  }
  const xWidth = m * inputDim;
  const inputs = xWidth + (forced ? n * targetDim : 0);
  const outputs = n * outputDim;

  const evaluate: BatchFunction["evaluate"] = (points, count) => {
    const x = columns(points, count, inputs, 0, xWidth);
    const teacher = forced ? columns(points, count, inputs, xWidth, inputs) : undefined;
    return Float64Array.from(model.predict(x, { teacher, feedback: forced ? undefined : feedback }));
  };

  const vjp: BatchFunction["vjp"] = (points, cotangent, count) => {
    const gradients = new Float64Array(count * inputs);
    const derivative = model.derivative(count);
    const { program, emitted } = derivative;
    const [B] = emitted.x.shape;
    for (let row = 0; row < count; row += B) {
      const rows = Math.min(B, count - row);
      const from = points.subarray(row * inputs, (row + rows) * inputs);
      const to = gradients.subarray(row * inputs, (row + rows) * inputs);
      program.f32(emitted.x).set(columns(from, rows, inputs, 0, xWidth));
      if (emitted.keyMask) program.f32(emitted.keyMask).fill(0);
      const w = program.f32(derivative.cotangent);
      w.fill(0).set(cotangent.subarray(row * outputs, (row + rows) * outputs));
      if (forced) {
        program.f32(emitted.y!).set(columns(from, rows, inputs, xWidth, inputs));
        program.forward();
      } else {
        decodeOwn(derivative, rows, feedback);
      }
      program.backward();
      addColumns(to, derivative, "dx", rows, inputs, 0, xWidth);
      if (forced) addColumns(to, derivative, "dy", rows, inputs, xWidth, inputs);
      else if (reads && !feedback) backThroughOwn(derivative, to, rows);
    }
    return gradients;
  };
  return { name, inputs, outputs, evaluate, vjp };
}

/**
 * The share of the gradient that came in through the model's own predictions. After the last pass is
 * differentiated, each earlier one is run again, on the predictions it read, and differentiated by the
 * gradient that later ones sent to the one token it wrote.
 * @param to [rows, m·inputDim], added to
 */
function backThroughOwn(derivative: DerivativeProgram, to: Float64Array, rows: number): void {
  const { program, emitted, cotangent } = derivative;
  const [, n, d] = emitted.y!.shape;
  const width = n * d;
  const xWidth = to.length / rows;
  const owed = new Float64Array(rows * width);
  for (let t = n - 2; t >= 0; t--) {
    addColumns(owed, derivative, "dy", rows, width, 0, width);
    const w = program.f32(cotangent).fill(0);
    const ys = program.f32(emitted.y!);
    for (let row = 0; row < rows; row++) {
      const at = row * width + t * d;
      for (let k = 0; k < d; k++) w[at + k] = owed[at + k];
      ys.fill(0, at, at + d);
    }
    program.forward();
    program.backward();
    addColumns(to, derivative, "dx", rows, xWidth, 0, xWidth);
  }
}

/** Columns [from, end) of rows of `width`, in float32. */
function columns(
  rows: Float64Array,
  count: number,
  width: number,
  from: number,
  end: number,
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(count * (end - from));
  for (let i = 0; i < count; i++) {
    out.set(rows.subarray(i * width + from, i * width + end), i * (end - from));
  }
  return out;
}

/** Adds a program's gradient [count, end − from] to columns [from, end) of rows of `width`. */
function addColumns(
  to: Float64Array,
  derivative: DerivativeProgram,
  which: "dx" | "dy",
  count: number,
  width: number,
  from: number,
  end: number,
): void {
  const view = derivative[which];
  if (!view) return;
  const gradient = derivative.program.f32(view);
  for (let i = 0; i < count; i++) {
    const row = i * (end - from) - from;
    for (let k = from; k < end; k++) to[i * width + k] += gradient[row + k];
  }
}
