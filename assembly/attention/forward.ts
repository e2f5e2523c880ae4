// out[b,t,h,:] = Σ_s w[b,h,t,s]·v[b,s,h,:], w = normaliser over s of q[b,t,h,:]·k[b,s,h,:]/√E + mask.

import { scratch } from "../scratch";
import { CELL, columnBlock, keyBlock, LANES, MAX_KEYS, queryBlock } from "./blocks";
import { dropCells } from "./dropout";
import { packMask, packPanel, unpackPanel } from "./lanes";
import { normalize } from "./normalize";
import { product } from "./product";
import { forwardSmall } from "./small";

/**
 * out [B,T,H·E] rows of ldo; probs [⌈B·H/8⌉][T][S][8] the weights before dropout (those that it drops with
 * their sign bit set), or 0;
 * q [B,T,H·E] rows of ldq; k, v [B,S,H·E] rows of ldk, ldv; keyMask [B,S] is added to the scores, or 0.
 * causal: keys s ≤ t only. normalizer: 0 softmax, 1 hardmax, 2 sparsemax. A row whose every key is
 * masked (−Inf) gets weights 0. rng ≠ 0: dropout of the weights, see dropout.ts.
 * Measured against float64, relative to the largest magnitude: out 2.4e-7, probs 4.3e-7 (softmax); 1.1e-6
 * (sparsemax with 50 keys of E = 300).
 * Sizes ≥ 1 and S ≤ MAX_KEYS = 11232 (traps behind it). Uses the scratch in blocks, whatever T, S, E.
 */
export function attentionForward(
  out: usize, probs: usize, q: usize, k: usize, v: usize, keyMask: usize,
  B: i32, T: i32, S: i32, H: i32, E: i32, ldq: i32, ldk: i32, ldv: i32, ldo: i32,
  causal: i32, normalizer: i32, rng: usize, stream: u32, threshold: u32, keepScale: f32,
): void {
  if (S > MAX_KEYS) unreachable();
  const pairs = B * H;
  const columns = columnBlock(E);
  const queries = queryBlock(T, S, columns);
  const keys = keyBlock(S, columns);
  // With one block of keys and columns, k and v are packed once a group instead of once a query block.
  const once = keys == S && columns == E;
  const factor: f32 = 1 / sqrt<f32>(<f32>E);

  const rowBytes = <usize>S * CELL;
  const queryBytes = <usize>(queries * columns) * CELL;
  const keyBytes = <usize>(keys * columns) * CELL;
  // Scratch starts with 128 bytes for lane addresses (see lanes.ts) and random words, then the panels.
  const words = scratch;
  const outPanel = words + 128;
  const qPanel = outPanel + queryBytes;
  const kPanel = qPanel + queryBytes;
  const vPanel = kPanel + keyBytes;
  const mask = keyMask ? vPanel + keyBytes : 0;
  const dropped = vPanel + keyBytes + (keyMask ? rowBytes : 0);
  const strip = dropped + (rng ? <usize>queries * rowBytes : 0);

  // Of few queries and keys, whole groups are done there and the rest here.
  let first = keyMask ? 0 : forwardSmall(
    out, probs, q, k, v, pairs, T, S, H, E, ldq, ldk, ldv, ldo,
    causal, normalizer, rng, stream, threshold, keepScale,
  );
  for (let group = first / LANES; first < pairs; first += LANES, group++) {
    if (mask) packMask(mask, keyMask, first, pairs, H, S);
    if (once) {
      packPanel(kPanel, k, first, pairs, H, E, S, ldk, 0, S, 0, E);
      packPanel(vPanel, v, first, pairs, H, E, S, ldv, 0, S, 0, E);
    }
    for (let t: i32 = 0; t < T; t += queries) {
      const rows = min(queries, T - t);
      const seen = causal ? min(S, t + rows) : S;
      const scores = probs ? probs + (<usize>group * T + t) * rowBytes : strip;

      for (let e: i32 = 0; e < E; e += columns) {
        const width = min(columns, E - e);
        const step = <usize>width * CELL;
        packPanel(qPanel, q, first, pairs, H, E, T, ldq, t, rows, e, width);
        for (let s: i32 = 0; s < seen; s += keys) {
          const n = min(keys, seen - s);
          if (!once) packPanel(kPanel, k, first, pairs, H, E, S, ldk, s, n, e, width);
          product(
            scores + <usize>s * CELL, qPanel, kPanel, rows, n, width,
            step, CELL, step, CELL, rowBytes, e > 0,
          );
        }
      }

      normalize(scores, rows, S, mask, causal, t, factor, normalizer);
      let weights = scores;
      if (rng) {
        weights = dropped;
        const counter = (group * T + t) * S;
        dropCells(dropped, scores, words, counter, rows * S, rng, stream, threshold, keepScale);
      }

      for (let e: i32 = 0; e < E; e += columns) {
        const width = min(columns, E - e);
        const step = <usize>width * CELL;
        for (let s: i32 = 0; s < seen; s += keys) {
          const n = min(keys, seen - s);
          if (!once) packPanel(vPanel, v, first, pairs, H, E, S, ldv, s, n, e, width);
          product(
            outPanel, weights + <usize>s * CELL, vPanel, rows, width, n,
            rowBytes, CELL, CELL, step, step, s > 0,
          );
        }
        unpackPanel(out, outPanel, first, pairs, H, E, T, ldo, t, rows, e, width, false);
      }
    }
  }
}
