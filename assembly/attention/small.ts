// Attention over so few queries and keys that calls, loops and scattered rows cost more than the arithmetic: each
// step is done for many groups before the next one. The same sums in the same order as forward.ts and
// backward.ts, hence the same bits. Nothing here is exported from the module.

import { scratch } from "../scratch";
import { CELL, LANES } from "./blocks";
import { dropCells, dropCellsBackward } from "./dropout";
import { evenHeads, packGroups, unpackGroups } from "./groups";
import { normalize, normalizeBackward, SOFTMAX } from "./normalize";
import { combineShort, scoreShort } from "./short";
import { softmaxShort, softmaxShortBackward } from "./short-softmax";

/** Most queries and keys whose rows of scores stay in registers. */
const SHORT: i32 = 4;
/** Most of them with heads of two columns at most: behind that, and with wider heads, product.ts is as fast. */
const LONGER: i32 = 8;
/** Most bytes of the panels of one block of groups, unless it is of one: they stay in the first-level cache. */
const BLOCK: usize = 24 * 1024;
/** Most columns of a head: product.ts cuts longer sums into runs. */
const WIDTH: i32 = 64;

/** How many groups are done here: all that are whole, or none. */
// @ts-ignore: decorator
@inline
function wholeGroups(pairs: i32, T: i32, S: i32, H: i32, E: i32): i32 {
  return max(T, S) <= (E > 2 ? SHORT : LONGER) && E <= WIDTH && evenHeads(H) ? pairs / LANES : 0;
}

/** As attentionForward, without a key mask; returns how many pairs it did. */
export function forwardSmall(
  out: usize, probs: usize, q: usize, k: usize, v: usize,
  pairs: i32, T: i32, S: i32, H: i32, E: i32, ldq: i32, ldk: i32, ldv: i32, ldo: i32,
  causal: i32, normalizer: i32, rng: usize, stream: u32, threshold: u32, keepScale: f32,
): i32 {
  // Keys that no query sees would be left out of the sums.
  const groups = causal && T < S ? 0 : wholeGroups(pairs, T, S, H, E);
  if (!groups) return 0;
  const rowBytes = <usize>S * CELL, width = <usize>E * CELL;
  const factor: f32 = 1 / sqrt<f32>(<f32>E);
  const once = <usize>(2 * T + 2 * S) * width;
  const most = max(1, min(groups, <i32>(BLOCK / once)));
  const queryBytes = <usize>(most * T) * width, keyBytes = <usize>(most * S) * width;
  const words = scratch;
  const outPanel = words + 128;
  const qPanel = outPanel + queryBytes;
  const kPanel = qPanel + queryBytes;
  const vPanel = kPanel + keyBytes;
  const dropped = vPanel + keyBytes;
  const strip = dropped + <usize>(most * T) * rowBytes;

  for (let group: i32 = 0; group < groups; group += most) {
    const n = min(most, groups - group), first = group * LANES;
    const scores = probs ? probs + <usize>(group * T) * rowBytes : strip;
    packGroups(qPanel, q, first, n, H, E, T, ldq);
    packGroups(kPanel, k, first, n, H, E, S, ldk);
    packGroups(vPanel, v, first, n, H, E, S, ldv);
    scoreShort(scores, qPanel, kPanel, n, T, S, E);
    if (normalizer == SOFTMAX && S <= SHORT) {
      softmaxShort(scores, n, T, S, causal, factor);
    } else if (causal) {
      for (let i: i32 = 0; i < n; i++) {
        normalize(scores + <usize>(i * T) * rowBytes, T, S, 0, causal, 0, factor, normalizer);
      }
    } else {
      normalize(scores, n * T, S, 0, 0, 0, factor, normalizer);
    }
    let weights = scores;
    if (rng) {
      weights = dropped;
      dropCells(dropped, scores, words, group * T * S, n * T * S, rng, stream, threshold, keepScale);
    }
    combineShort(outPanel, weights, vPanel, n, T, S, E, rowBytes, CELL);
    unpackGroups(out, outPanel, first, n, H, E, T, ldo, false);
  }
  return groups * LANES;
}

/** As attentionBackward; returns how many pairs it did. */
export function backwardSmall(
  dq: usize, dk: usize, dv: usize, dout: usize, probs: usize, q: usize, k: usize, v: usize,
  pairs: i32, T: i32, S: i32, H: i32, E: i32, ldq: i32, ldk: i32, ldv: i32, ldo: i32,
  normalizer: i32, rng: usize, keepScale: f32, accumulate: bool,
): i32 {
  const groups = wholeGroups(pairs, T, S, H, E);
  if (!groups) return 0;
  const rowBytes = <usize>S * CELL, width = <usize>E * CELL;
  const factor: f32 = 1 / sqrt<f32>(<f32>E);
  const once = <usize>(3 * T + 4 * S) * width;
  const most = max(1, min(groups, <i32>(BLOCK / once)));
  const queryBytes = <usize>(most * T) * width, keyBytes = <usize>(most * S) * width;
  const doutPanel = scratch;
  const qPanel = doutPanel + queryBytes;
  const dqPanel = qPanel + queryBytes;
  const kPanel = dqPanel + queryBytes;
  const vPanel = kPanel + keyBytes;
  const dkPanel = vPanel + keyBytes;
  const dvPanel = dkPanel + keyBytes;
  const strip = dvPanel + keyBytes;
  const dropped = strip + <usize>(most * T) * rowBytes;

  for (let group: i32 = 0; group < groups; group += most) {
    const n = min(most, groups - group), first = group * LANES;
    const saved = probs + <usize>(group * T) * rowBytes;
    packGroups(doutPanel, dout, first, n, H, E, T, ldo);
    packGroups(qPanel, q, first, n, H, E, T, ldq);
    packGroups(kPanel, k, first, n, H, E, S, ldk);
    packGroups(vPanel, v, first, n, H, E, S, ldv);
    scoreShort(strip, doutPanel, vPanel, n, T, S, E);
    let weights = saved;
    if (rng) {
      weights = dropped;
      dropCellsBackward(dropped, saved, strip, n * T * S, keepScale);
    }
    if (normalizer == SOFTMAX && S <= SHORT) softmaxShortBackward(strip, saved, n * T, S, factor);
    else normalizeBackward(strip, saved, n * T, S, S, factor, normalizer);
    combineShort(dqPanel, strip, kPanel, n, T, S, E, rowBytes, CELL);
    combineShort(dkPanel, strip, qPanel, n, S, T, E, CELL, rowBytes);
    combineShort(dvPanel, weights, doutPanel, n, S, T, E, CELL, rowBytes);
    unpackGroups(dq, dqPanel, first, n, H, E, T, ldq, accumulate);
    unpackGroups(dk, dkPanel, first, n, H, E, S, ldk, accumulate);
    unpackGroups(dv, dvPanel, first, n, H, E, S, ldv, accumulate);
  }
  return groups * LANES;
}
