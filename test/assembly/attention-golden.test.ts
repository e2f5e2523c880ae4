import test from "ava";
import { type Golden, golden } from "../golden.js";
import type { AttentionCase } from "../kernels/attention-reference.js";
import { relativeError } from "../kernels/run.js";
import { runAttention } from "./attention-run.js";

/** rows [N×K] · weight [M×K]ᵀ + bias, float64. */
function linear(rows: ArrayLike<number>, weight: ArrayLike<number>, K: number, bias: ArrayLike<number>) {
  const N = rows.length / K;
  const M = weight.length / K;
  return Float64Array.from({ length: N * M }, (_, i) => {
    let sum = bias.length ? bias[i % M] : 0;
    for (let k = 0; k < K; k++) sum += rows[Math.floor(i / M) * K + k] * weight[(i % M) * K + k];
    return sum;
  });
}

/** a [N×M]ᵀ · b [N×K] → [M×K]; what a linear layer's weight gets. */
function transposedProduct(a: ArrayLike<number>, b: ArrayLike<number>, M: number, K: number): Float64Array {
  const N = a.length / M;
  return Float64Array.from({ length: M * K }, (_, i) => {
    let sum = 0;
    for (let n = 0; n < N; n++) sum += a[n * M + Math.floor(i / K)] * b[n * K + (i % K)];
    return sum;
  });
}

function transpose(a: ArrayLike<number>, columns: number): Float64Array {
  const rows = a.length / columns;
  return Float64Array.from(a, (_, i) => a[(i % rows) * columns + Math.floor(i / rows)]);
}

const columnSums = (a: ArrayLike<number>, columns: number) =>
  transposedProduct(a, new Float64Array(a.length / columns).fill(1), columns, 1);

const add = (a: Float64Array, b: Float64Array) => a.map((x, i) => x + b[i]);

/** The kernels between float64 projections: what the whole of `torch.nn.MultiheadAttention` gives. */
function multiHead({ metadata, tensor, shape }: Golden) {
  const [B, T, D] = shape("in.x");
  const S = shape("in.mem")[1];
  const H = Number(metadata.heads);
  const padding = JSON.parse(metadata.keyPadding) as number[][] | null;
  const [x, mem, wIn, bIn] = ["in.x", "in.mem", "in.w_in", "in.b_in"].map((name) => tensor(name));
  const [wOut, bOut, cotangent] = ["in.w_out", "in.b_out", "cotangent"].map((name) => tensor(name));
  const [wq, wk, wv] = [0, 1, 2].map((i) => wIn.slice(i * D * D, (i + 1) * D * D));
  const [bq, bk, bv] = [0, 1, 2].map((i) => bIn.slice(i * D, (i + 1) * D));
  const one: AttentionCase = {
    ...{ B, T, S, H, E: D / H, ldq: D, ldk: D, ldv: D, ldo: D },
    q: Float32Array.from(linear(x, wq, D, bq)),
    k: Float32Array.from(linear(mem, wk, D, bk)),
    v: Float32Array.from(linear(mem, wv, D, bv)),
    keyMask: padding?.flat().map((ignored) => (ignored ? Number.NEGATIVE_INFINITY : 0)),
    causal: metadata.causal === "true",
  };
  const dout = linear(cotangent, transpose(wOut, D), D, []);
  const { out, dq, dk, dv } = runAttention(one, Float32Array.from(dout));
  const back = (d: ArrayLike<number>, w: ArrayLike<number>) => linear(d, transpose(w, D), D, []);
  return {
    out: linear(out, wOut, D, bOut),
    "grad.x": back(dq, wq),
    "grad.mem": add(back(dk, wk), back(dv, wv)),
    "grad.w_in": Float64Array.from(
      [
        transposedProduct(dq, x, D, D),
        transposedProduct(dk, mem, D, D),
        transposedProduct(dv, mem, D, D),
      ].flatMap((part) => [...part]),
    ),
    // Of the bias, the keys' third has an exact gradient of 0.
    "grad.b_in": Float64Array.from([...columnSums(dq, D), ...columnSums(dv, D)]),
    "grad.w_out": transposedProduct(cotangent, out, D, D),
    "grad.b_out": columnSums(cotangent, D),
  };
}

for (const name of ["causal", "cross", "padding"]) {
  test(`PyTorch's ${name} attention is met within 1e-6, gradients too`, (t) => {
    const file = golden(`op.attention-${name}`);
    const got = multiHead(file);
    for (const [key, value] of Object.entries(got)) {
      let want: ArrayLike<number> = file.tensor(key);
      if (key === "grad.b_in") {
        const D = want.length / 3;
        want = Array.from(want).filter((_, i) => i < D || i >= 2 * D);
      }
      const error = relativeError(value, want);
      t.true(error < 1e-6, `${key} off by ${error}`);
    }
  });
}
