import type { featureTokens } from "../../../graph/ops/feature-tokens.js";
import type { firstToken } from "../../../graph/ops/first-token.js";
import type { addPositions, shiftRight } from "../../../graph/ops/positions.js";
import type { OnnxBuilder } from "../builder.js";
import type { EmitterOf } from "../emitter.js";

/** Tokens [from, to) of [B, T, D], or rows of [T, D]. */
function slice(to: OnnxBuilder, value: string, from: string, end: string, axis: number): string {
  return to.node("Slice", [value, from, end, to.ints(axis)]);
}

export const onnxAddPositions: EmitterOf<typeof addPositions> = (to, { x, p }) => {
  const value = to.value(x);
  const table = to.value(p);
  const used = to.dynamicLength ? slice(to, table, to.ints(0), to.extent(value, 1), 0) : table;
  return to.node("Add", [value, used]);
};

export const onnxShiftRight: EmitterOf<typeof shiftRight> = (to, { start, x }) => {
  const [, T, D] = x.shape;
  const first = to.node("Reshape", [to.value(start), to.ints(1, 1, D)]);
  const batch = to.extent(T > 1 ? to.value(x) : "x", 0);
  const shape = to.node("Concat", [batch, to.ints(1, D)], { axis: { int: 0 } });
  const begun = to.node("Expand", [first, shape]);
  if (T === 1) return begun;
  const rest = slice(to, to.value(x), to.ints(0), to.ints(-1), 1);
  return to.node("Concat", [begun, rest], { axis: { int: 1 } });
};

export const onnxFirstToken: EmitterOf<typeof firstToken> = (to, { x }) =>
  slice(to, to.value(x), to.ints(0), to.ints(1), 1);

/** Each number times its row of w, [B, F, D]; then those of a token are summed, by a matrix of zeros and ones. */
export const onnxFeatureTokens: EmitterOf<typeof featureTokens> = (to, { x, w, b }, { widths }) => {
  to.needsFixedLength("a table of columns");
  const F = w.shape[0];
  const T = widths.length;
  const belongs = new Float32Array(T * F);
  let from = 0;
  for (const [t, width] of widths.entries()) {
    belongs.fill(1, t * F + from, t * F + from + width);
    from += width;
  }
  const column = to.node("Reshape", [to.value(x), to.ints(-1, F, 1)]);
  const scaled = to.node("Mul", [column, to.value(w)]);
  const matrix = to.constant(`columns ${widths.join(",")}`, { dtype: "F32", shape: [T, F], data: belongs });
  return to.node("Add", [to.node("MatMul", [matrix, scaled]), to.value(b)]);
};
