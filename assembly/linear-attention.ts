// out[b,t,h,:] = Σ_s (q[b,t,h,:]·k[b,s,h,:])·v[b,s,h,:]: attention without a normaliser (Katharopoulos et al.,
// arXiv 2006.16236, with the identity as feature map), so q·(Σ_s k vᵀ): no T×S scores. Not scaled by 1/√E.

import { scratch } from "./scratch";

/** Largest E: two E×E matrices lie in the scratch. */
const MAX_WIDTH: i32 = 512;

/** out [B,T,H·E] rows of ldo; q [B,T,H·E] rows of ldq; k, v [B,S,H·E] rows of ldk, ldv. E ≤ 512 (traps). */
export function linearAttentionForward(
  out: usize, q: usize, k: usize, v: usize,
  B: i32, T: i32, S: i32, H: i32, E: i32, ldq: i32, ldk: i32, ldv: i32, ldo: i32,
): void {
  if (E > MAX_WIDTH) unreachable();
  const m = scratch;
  for (let b = 0; b < B; b++) {
    for (let h = 0; h < H; h++) {
      const kh = at(k, b * S, ldk, h * E), vh = at(v, b * S, ldv, h * E);
      const qh = at(q, b * T, ldq, h * E), oh = at(out, b * T, ldo, h * E);
      outerSum(m, kh, vh, S, E, ldk, ldv);
      for (let t = 0; t < T; t++) rowTimes(at(oh, t, ldo, 0), at(qh, t, ldq, 0), m, E, 0);
    }
  }
}

/** dq, dk, dv as q, k, v are laid out, overwritten or (accumulate) added to; dout as out. */
export function linearAttentionBackward(
  dq: usize, dk: usize, dv: usize, dout: usize, q: usize, k: usize, v: usize,
  B: i32, T: i32, S: i32, H: i32, E: i32, ldq: i32, ldk: i32, ldv: i32, ldo: i32, accumulate: i32,
): void {
  if (E > MAX_WIDTH) unreachable();
  const m = scratch, dm = scratch + <usize>(E * E) * 4;
  for (let b = 0; b < B; b++) {
    for (let h = 0; h < H; h++) {
      const keys = b * S, queries = b * T, column = h * E;
      outerSum(m, at(k, keys, ldk, column), at(v, keys, ldv, column), S, E, ldk, ldv);
      outerSum(dm, at(q, queries, ldq, column), at(dout, queries, ldo, column), T, E, ldq, ldo);
      for (let t = 0; t < T; t++) {
        timesRow(at(dq, queries + t, ldq, column), m, at(dout, queries + t, ldo, column), E, accumulate);
      }
      for (let s = 0; s < S; s++) {
        timesRow(at(dk, keys + s, ldk, column), dm, at(v, keys + s, ldv, column), E, accumulate);
        rowTimes(at(dv, keys + s, ldv, column), at(k, keys + s, ldk, column), dm, E, accumulate);
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function at(base: usize, row: i32, ld: i32, column: i32): usize {
  return base + ((<usize>row * ld + column) << 2);
}

/** m[E×E] = Σ_n a[n]ᵀ·b[n] over N rows, in order of n. */
function outerSum(m: usize, a: usize, b: usize, N: i32, E: i32, lda: i32, ldb: i32): void {
  memory.fill(m, 0, <usize>(E * E) * 4);
  for (let n = 0; n < N; n++) {
    const row = at(b, n, ldb, 0);
    for (let i = 0; i < E; i++) {
      const x = load<f32>(at(a, n, lda, i));
      const to = at(m, i, E, 0);
      for (let j: usize = 0, end = <usize>E << 2; j < end; j += 4) {
        store<f32>(to + j, load<f32>(to + j) + x * load<f32>(row + j));
      }
    }
  }
}

/** y[E] = (or +=) x[E]·m[E×E]. */
function rowTimes(y: usize, x: usize, m: usize, E: i32, accumulate: i32): void {
  for (let j = 0; j < E; j++) {
    let sum: f32 = 0;
    for (let i = 0; i < E; i++) sum += load<f32>(at(x, 0, 0, i)) * load<f32>(at(m, i, E, j));
    const to = at(y, 0, 0, j);
    store<f32>(to, accumulate ? load<f32>(to) + sum : sum);
  }
}

/** y[E] = (or +=) m[E×E]·x[E]. */
function timesRow(y: usize, m: usize, x: usize, E: i32, accumulate: i32): void {
  for (let i = 0; i < E; i++) {
    let sum: f32 = 0;
    for (let j = 0; j < E; j++) sum += load<f32>(at(m, i, E, j)) * load<f32>(at(x, 0, 0, j));
    const to = at(y, 0, 0, i);
    store<f32>(to, accumulate ? load<f32>(to) + sum : sum);
  }
}
