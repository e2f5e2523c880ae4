import { Engine } from "../../src/runtime/engine.js";
import type { AttentionCase } from "../kernels/attention-reference.js";

export const engine = new Engine();
type Numbers = Float32Array<ArrayBuffer>;

/** Copies of `arrays` in the engine's memory, for the length of one callback. */
export function inMemory<R>(arrays: ArrayLike<number>[], use: (...addresses: number[]) => R): R {
  const mark = engine.mark();
  const addresses = arrays.map((array) => {
    const address = engine.allocate(4 * array.length);
    engine.f32(address, array.length).set(array);
    return address;
  });
  try {
    return use(...addresses);
  } finally {
    engine.release(mark);
  }
}

/** The kernels' answers for a case without dropout. */
export function runAttention(
  a: AttentionCase,
  dout: ArrayLike<number>,
): Record<"out" | "weights" | "dq" | "dk" | "dv", Numbers> {
  const { B, T, S, H, E, ldq, ldk, ldv, ldo } = a;
  const zeros = (like: ArrayLike<number>) => new Float32Array(like.length);
  const saved = engine.kernels.attentionSavedFloats(B, T, S, H);
  const cells = B * H * T * S;
  const arrays = [a.q, a.k, a.v, dout, zeros(dout), zeros(a.q), zeros(a.k), zeros(a.v)];
  const more = [new Float32Array(saved), new Float32Array(cells), a.keyMask ?? []];
  return inMemory([...arrays, ...more], (q, k, v, dy, out, dq, dk, dv, probs, weights, keyMask) => {
    const mask = a.keyMask ? keyMask : 0;
    const sizes = [B, T, S, H, E, ldq, ldk, ldv, ldo] as const;
    const flags = [+!!a.causal, a.normalizer ?? 0, 0, 0, 0, 1] as const;
    engine.kernels.attentionForward(out, probs, q, k, v, mask, ...sizes, ...flags);
    engine.kernels.attentionWeights(weights, probs, B, T, S, H);
    engine.kernels.attentionBackward(dq, dk, dv, dy, probs, q, k, v, mask, ...sizes, ...flags, 0);
    return {
      out: engine.f32(out, dout.length).slice(),
      weights: engine.f32(weights, cells).slice(),
      dq: engine.f32(dq, a.q.length).slice(),
      dk: engine.f32(dk, a.k.length).slice(),
      dv: engine.f32(dv, a.v.length).slice(),
    };
  });
}
