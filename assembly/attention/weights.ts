// Saved attention weights: [⌈B·H/8⌉][T][S][8], pair b·H + h in lane (b·H + h) mod 8 of its group.

import { CELL, LANES } from "./blocks";

/** Floats that `attentionForward` saves in probs. */
export function attentionSavedFloats(B: i32, T: i32, S: i32, H: i32): i32 {
  return ((B * H + LANES - 1) / LANES) * T * S * LANES;
}

/** weights [B,H,T,S] from probs as `attentionForward` saved them. */
export function attentionWeights(weights: usize, probs: usize, B: i32, T: i32, S: i32, H: i32): void {
  const cells = <usize>T * S;
  for (let pair: i32 = 0; pair < B * H; pair++) {
    const end = weights + (cells << 2);
    let from = probs + <usize>(pair >> 3) * cells * CELL + (<usize>(pair & 7) << 2);
    for (; weights < end; weights += 4, from += CELL) store<f32>(weights, load<f32>(from));
  }
}
