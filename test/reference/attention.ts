import type { AttentionAttributes, AttentionInputs } from "../../src/graph/ops/attention.js";
import type { Dropout } from "../../src/graph/ops/dropout.js";
import type { MemoryAttentionInputs } from "../../src/graph/ops/memory-attention.js";
import { lastExtent, type Tensor } from "../../src/graph/tensor.js";
import { dropoutFactors } from "../kernels/attention.js";
import { philox } from "../kernels/philox.js";
import { rowsOf, shares } from "./ops.js";
import type { Recording, Reference } from "./record.js";
import type { Node } from "./tape.js";

const HALVES = 65536;
/** Outputs and gradients of attention from here down are taken for 0 (assembly/simd.ts says why). */
const TINY = 2 ** -80;

/** As the kernels have it: probabilities in steps of 2⁻¹⁶, what is kept raised by a float32. */
function levels({ probability }: Dropout, { mode }: Recording): { threshold: number; scale: number } {
  const threshold = mode === "training" ? Math.round(probability * HALVES) : 0;
  return { threshold, scale: Math.fround(HALVES / (HALVES - threshold)) };
}

export const dropout: Reference<{ x: Tensor }, Dropout> = ({ x }, attributes, recording) => {
  const { tape, of, read } = recording;
  const { threshold, scale } = levels(attributes, recording);
  const [key0, key1, step] = Array.from({ length: 3 }, (_, i) => read(attributes.rng)[i]);
  return of(x).map((node, i) => {
    const word = philox([i >> 3, attributes.stream, step, 0], [key0, key1])[(i & 7) >> 1];
    const half = (word >>> ((i & 1) * 16)) & 0xffff;
    return tape.linear([node], [half >= threshold ? scale : 0]);
  });
};

/** Columns from … to of every token of [B, T, width]. */
function columns(sequence: readonly Node[], width: number, from: number, to: number): Node[][] {
  return rowsOf(sequence, width).map((token) => token.slice(from, to));
}

export const attention: Reference<AttentionInputs, AttentionAttributes> = (
  { q, kv, keyMask },
  { heads: H, causal, normalizer = "softmax", dropout: drop },
  recording,
) => {
  const { tape, of, read } = recording;
  const [B, T] = q.shape;
  const S = kv ? kv.shape[1] : T;
  const D = kv ? lastExtent(q.shape) : lastExtent(q.shape) / 3;
  const E = D / H;
  const ldq = lastExtent(q.shape);
  const ldkv = kv ? lastExtent(kv.shape) : ldq;
  const shift = kv ? 0 : D;
  const about = (tensor: Tensor) => of(tensor).map((node) => tape.about(node, TINY));
  const all = about(q);
  const [queries, memory] = [rowsOf(all, T * ldq), rowsOf(kv ? about(kv) : all, S * ldkv)];
  const mask = keyMask && read(keyMask);
  const factors = drop && factorsOf(drop, { B, T, S, H }, recording);
  const out: Node[] = new Array(B * T * D);
  for (let b = 0; b < B; b++) {
    for (let h = 0; h < H; h++) {
      const at = (offset: number) => [offset + h * E, offset + (h + 1) * E] as const;
      const Q = columns(queries[b], ldq, ...at(0));
      const keys = columns(memory[b], ldkv, ...at(shift));
      const values = columns(memory[b], ldkv, ...at(shift + D));
      for (let t = 0; t < T; t++) {
        const seen = keys.flatMap((_, s) =>
          (causal && s > t) || mask?.[b * S + s] === Number.NEGATIVE_INFINITY ? [] : [s],
        );
        const scores = seen.map((s) => tape.linear([tape.dot(Q[t], keys[s])], [1 / Math.sqrt(E)]));
        // A query that sees no key gets 0.
        let weights = seen.length > 0 ? shares[normalizer](tape, scores) : [];
        if (factors) {
          const row = ((b * H + h) * T + t) * S;
          weights = weights.map((weight, i) => tape.linear([weight], [factors[row + seen[i]]]));
        }
        for (let e = 0; e < E; e++) {
          const column = seen.map((s) => values[s][e]);
          out[(b * T + t) * D + h * E + e] = tape.about(tape.dot(weights, column), TINY);
        }
      }
    }
  }
  return out;
};

function factorsOf(drop: Dropout, sizes: Record<"B" | "T" | "S" | "H", number>, recording: Recording) {
  const { threshold, scale } = levels(drop, recording);
  const { read } = recording;
  return threshold > 0 ? dropoutFactors(sizes, read(drop.rng), drop.stream, threshold, scale) : undefined;
}

/** out_t = Σ_s (q_t·k_s)·v_s in every head. */
export const linearAttention: Reference<{ qkv: Tensor }, { heads: number }> = (
  { qkv },
  { heads: H },
  { tape, of },
) => {
  const [, T, ld] = qkv.shape;
  const D = ld / 3;
  const E = D / H;
  return rowsOf(of(qkv), T * ld).flatMap((sequence) => {
    const out: Node[] = new Array(T * D);
    for (let h = 0; h < H; h++) {
      const part = (from: number) => columns(sequence, ld, from + h * E, from + (h + 1) * E);
      const [Q, keys, values] = [part(0), part(D), part(2 * D)];
      for (let t = 0; t < T; t++) {
        const scores = keys.map((key) => tape.dot(Q[t], key));
        for (let e = 0; e < E; e++) {
          out[t * D + h * E + e] = tape.dot(
            scores,
            values.map((value) => value[e]),
          );
        }
      }
    }
    return out;
  });
};

export const memoryAttention: Reference<MemoryAttentionInputs, object> = ({ q, k, v }, _, { tape, of }) => {
  const keys = rowsOf(of(k), lastExtent(k.shape));
  const O = lastExtent(v.shape);
  const values = rowsOf(of(v), O);
  return rowsOf(of(q), lastExtent(k.shape)).flatMap((query) => {
    const weights = shares.softmax(
      tape,
      keys.map((key) => tape.dot(query, key)),
    );
    return Array.from({ length: O }, (_, o) =>
      tape.dot(
        weights,
        values.map((value) => value[o]),
      ),
    );
  });
};
