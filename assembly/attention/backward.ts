// With w the weights, m the dropout factors (0 or keepScale; 1 without dropout):
//   dv[s] = Σ_t w·m·dout[t]       dw = m·(dout[t]·v[s])
//   ds = normaliser's gradient    dq[t] = Σ_s ds·k[s]/√E       dk[s] = Σ_t ds·q[t]/√E

import { scratch } from "../scratch";
import { CELL, columnBlock, keyBlock, LANES, MAX_KEYS, queryBlock } from "./blocks";
import { dropCellsBackward } from "./dropout";
import { packPanel, unpackPanel } from "./lanes";
import { normalizeBackward } from "./normalize";
import { product } from "./product";
import { backwardSmall } from "./small";

/**
 * dq [B,T,H·E] rows of ldq; dk, dv [B,S,H·E] rows of ldk, ldv; dout [B,T,H·E] rows of ldo; probs as
 * `attentionForward` saved them; the rest as there. accumulate: add to dq, dk, dv. keyMask is not read:
 * masked keys have weight 0. hardmax: the scores' gradient is 0, so dq and dk are.
 * Measured against float64, relative to the largest magnitude: 5e-7 with 1500 keys, else 2.5e-7.
 */
export function attentionBackward(
  dq: usize, dk: usize, dv: usize, dout: usize, probs: usize, q: usize, k: usize, v: usize, keyMask: usize,
  B: i32, T: i32, S: i32, H: i32, E: i32, ldq: i32, ldk: i32, ldv: i32, ldo: i32,
  causal: i32, normalizer: i32, rng: usize, stream: u32, threshold: u32, keepScale: f32, accumulate: i32,
): void {
  if (S > MAX_KEYS) unreachable();
  const pairs = B * H;
  const columns = columnBlock(E);
  const queries = queryBlock(T, S, columns);
  const keys = keyBlock(S, columns);
  // One block of keys and columns: k and v are packed, dk and dv unpacked, once a group.
  const once = keys == S && columns == E;
  const factor: f32 = 1 / sqrt<f32>(<f32>E);

  const rowBytes = <usize>S * CELL;
  const queryBytes = <usize>(queries * columns) * CELL;
  const keyBytes = <usize>(keys * columns) * CELL;
  // Scratch starts with 128 bytes for lane addresses (see lanes.ts), then the panels.
  const doutPanel = scratch + 128;
  const qPanel = doutPanel + queryBytes;
  const dqPanel = qPanel + queryBytes;
  const kPanel = dqPanel + queryBytes;
  const vPanel = kPanel + keyBytes;
  const dkPanel = vPanel + keyBytes;
  const dvPanel = dkPanel + keyBytes;
  const strip = dvPanel + keyBytes;
  const dropped = strip + <usize>queries * rowBytes;
  const adds = accumulate != 0;

  // Of few queries and keys, whole groups are done there and the rest here.
  let first = backwardSmall(
    dq, dk, dv, dout, probs, q, k, v, pairs, T, S, H, E, ldq, ldk, ldv, ldo,
    normalizer, rng, keepScale, adds,
  );
  for (let group = first / LANES; first < pairs; first += LANES, group++) {
    if (once) {
      packPanel(kPanel, k, first, pairs, H, E, S, ldk, 0, S, 0, E);
      packPanel(vPanel, v, first, pairs, H, E, S, ldv, 0, S, 0, E);
    }
    // From the last block of queries to the first: the first one done writes every key's gradient,
    // later ones (causal: of fewer keys) add to it.
    for (let block = (T - 1) / queries; block >= 0; block--) {
      const t = block * queries;
      const rows = min(queries, T - t);
      const begins = t + rows == T;
      const seen = causal && !begins ? min(S, t + rows) : S;
      const saved = probs + (<usize>group * T + t) * rowBytes;

      for (let e: i32 = 0; e < E; e += columns) {
        const width = min(columns, E - e);
        const step = <usize>width * CELL;
        packPanel(doutPanel, dout, first, pairs, H, E, T, ldo, t, rows, e, width);
        for (let s: i32 = 0; s < seen; s += keys) {
          const n = min(keys, seen - s);
          if (!once) packPanel(vPanel, v, first, pairs, H, E, S, ldv, s, n, e, width);
          product(
            strip + <usize>s * CELL, doutPanel, vPanel, rows, n, width,
            step, CELL, step, CELL, rowBytes, e > 0,
          );
        }
      }

      let weights = saved;
      if (rng) {
        weights = dropped;
        dropCellsBackward(dropped, saved, strip, rows * S, keepScale);
      }
      normalizeBackward(strip, saved, rows, S, seen, factor, normalizer);

      for (let e: i32 = 0; e < E; e += columns) {
        const width = min(columns, E - e);
        const step = <usize>width * CELL;
        if (columns < E) packPanel(doutPanel, dout, first, pairs, H, E, T, ldo, t, rows, e, width);
        packPanel(qPanel, q, first, pairs, H, E, T, ldq, t, rows, e, width);
        for (let s: i32 = 0; s < seen; s += keys) {
          const n = min(keys, seen - s);
          const ds = strip + <usize>s * CELL, w = weights + <usize>s * CELL;
          const more = once && !begins;
          if (!once) packPanel(kPanel, k, first, pairs, H, E, S, ldk, s, n, e, width);
          product(dqPanel, ds, kPanel, rows, width, n, rowBytes, CELL, CELL, step, step, s > 0);
          product(dkPanel, ds, qPanel, n, width, rows, CELL, rowBytes, CELL, step, step, more);
          product(dvPanel, w, doutPanel, n, width, rows, CELL, rowBytes, CELL, step, step, more);
          if (!once) {
            unpackPanel(dk, dkPanel, first, pairs, H, E, S, ldk, s, n, e, width, adds || !begins);
            unpackPanel(dv, dvPanel, first, pairs, H, E, S, ldv, s, n, e, width, adds || !begins);
          }
        }
        unpackPanel(dq, dqPanel, first, pairs, H, E, T, ldq, t, rows, e, width, adds);
      }
    }
    if (once) {
      unpackPanel(dk, dkPanel, first, pairs, H, E, S, ldk, 0, S, 0, E, adds);
      unpackPanel(dv, dvPanel, first, pairs, H, E, S, ldv, 0, S, 0, E, adds);
    }
  }
}
