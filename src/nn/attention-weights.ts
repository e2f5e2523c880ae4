import type { Program } from "../graph/program.js";
import type { KeptWeights } from "./modules.js";

/** Maps side by side in what the attention kernel keeps. */
const LANES = 8;

/**
 * The weights that a program kept at its last run, in order [B, H, T, S]: a copy. The kernel keeps them
 * as [⌈B·H/8⌉, T, S, 8], the map of (batch, head) pair b·H + h in lane (b·H + h) mod 8 of its group.
 */
export function attentionWeights(
  program: Program,
  { view, B, T, S, H, lanes = LANES }: KeptWeights,
): Float32Array<ArrayBuffer> {
  const kept = program.f32(view);
  const cells = T * S;
  const weights = new Float32Array(B * H * cells);
  for (let pair = 0; pair < B * H; pair++) {
    let from = Math.floor(pair / lanes) * cells * lanes + (pair % lanes);
    for (let i = 0; i < cells; i++, from += lanes) weights[pair * cells + i] = kept[from];
  }
  return weights;
}
