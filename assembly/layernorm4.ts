// Layer normalisation of rows of four floats, four rows a turn and all in registers: the same
// arithmetic in the same order as layernorm.ts, hence the same bits. Nothing here is exported from
// the module. Both return how many of the N rows they did: all but the last N mod 4.

import { column, lane, sumLanesOfFour } from "./transpose";

/** As layernormForward with D = 4. */
export function forwardRowsOf4(
  y: usize, xhat: usize, rstd: usize, x: usize, residual: usize, g: usize, b: usize, N: i32, eps: f32,
): i32 {
  const G = v128.load(g), B = v128.load(b);
  const quarter = f32x4.splat(0.25), one = f32x4.splat(1), epsilon = f32x4.splat(eps);
  let n = 0;
  for (; n + 4 <= N; n += 4, x += 64, y += 64) {
    let r0 = v128.load(x), r1 = v128.load(x, 16), r2 = v128.load(x, 32), r3 = v128.load(x, 48);
    if (residual) {
      r0 = f32x4.add(r0, v128.load(residual));
      r1 = f32x4.add(r1, v128.load(residual, 16));
      r2 = f32x4.add(r2, v128.load(residual, 32));
      r3 = f32x4.add(r3, v128.load(residual, 48));
      residual += 64;
    }
    r0 = f32x4.sub(r0, lane(r0, 0));
    r1 = f32x4.sub(r1, lane(r1, 0));
    r2 = f32x4.sub(r2, lane(r2, 0));
    r3 = f32x4.sub(r3, lane(r3, 0));
    let c0 = column(r0, r1, r2, r3, 0), c1 = column(r0, r1, r2, r3, 1);
    let c2 = column(r0, r1, r2, r3, 2), c3 = column(r0, r1, r2, r3, 3);
    const mean = f32x4.mul(f32x4.add(f32x4.add(c0, c1), f32x4.add(c2, c3)), quarter);
    c0 = f32x4.sub(c0, mean);
    c1 = f32x4.sub(c1, mean);
    c2 = f32x4.sub(c2, mean);
    c3 = f32x4.sub(c3, mean);
    const low = f32x4.add(f32x4.mul(c0, c0), f32x4.mul(c1, c1));
    const high = f32x4.add(f32x4.mul(c2, c2), f32x4.mul(c3, c3));
    const variance = f32x4.mul(f32x4.add(low, high), quarter);
    const factor = f32x4.div(one, f32x4.sqrt(f32x4.add(variance, epsilon)));
    c0 = f32x4.mul(c0, factor);
    c1 = f32x4.mul(c1, factor);
    c2 = f32x4.mul(c2, factor);
    c3 = f32x4.mul(c3, factor);
    r0 = column(c0, c1, c2, c3, 0);
    r1 = column(c0, c1, c2, c3, 1);
    r2 = column(c0, c1, c2, c3, 2);
    r3 = column(c0, c1, c2, c3, 3);
    if (xhat) {
      v128.store(xhat, r0);
      v128.store(xhat, r1, 16);
      v128.store(xhat, r2, 32);
      v128.store(xhat, r3, 48);
      xhat += 64;
      v128.store(rstd, factor);
      rstd += 16;
    }
    v128.store(y, f32x4.add(f32x4.mul(r0, G), B));
    v128.store(y, f32x4.add(f32x4.mul(r1, G), B), 16);
    v128.store(y, f32x4.add(f32x4.mul(r2, G), B), 32);
    v128.store(y, f32x4.add(f32x4.mul(r3, G), B), 48);
  }
  return n;
}

/** As layernormBackward with D = 4. */
export function backwardRowsOf4(
  dx: usize, dg: usize, db: usize, dy: usize, xhat: usize, rstd: usize, g: usize, N: i32, accumulate: i32,
): i32 {
  const G = v128.load(g), quarter = f32x4.splat(0.25);
  let gains = v128.load(dg), biases = v128.load(db);
  let n = 0;
  for (; n + 4 <= N; n += 4, dx += 64, dy += 64, xhat += 64, rstd += 16) {
    const d0 = v128.load(dy), d1 = v128.load(dy, 16), d2 = v128.load(dy, 32), d3 = v128.load(dy, 48);
    const h0 = v128.load(xhat), h1 = v128.load(xhat, 16);
    const h2 = v128.load(xhat, 32), h3 = v128.load(xhat, 48);
    biases = f32x4.add(biases, f32x4.add(f32x4.add(d0, d1), f32x4.add(d2, d3)));
    const low = f32x4.add(f32x4.mul(d0, h0), f32x4.mul(d1, h1));
    const high = f32x4.add(f32x4.mul(d2, h2), f32x4.mul(d3, h3));
    gains = f32x4.add(gains, f32x4.add(low, high));
    const p0 = f32x4.mul(d0, G), p1 = f32x4.mul(d1, G), p2 = f32x4.mul(d2, G), p3 = f32x4.mul(d3, G);
    const q0 = f32x4.mul(p0, h0), q1 = f32x4.mul(p1, h1);
    const q2 = f32x4.mul(p2, h2), q3 = f32x4.mul(p3, h3);
    const a = f32x4.mul(sumLanesOfFour(p0, p1, p2, p3), quarter);
    const c = f32x4.mul(sumLanesOfFour(q0, q1, q2, q3), quarter);
    const f = v128.load(rstd);
    let e0 = slope(p0, h0, lane(a, 0), lane(c, 0), lane(f, 0));
    let e1 = slope(p1, h1, lane(a, 1), lane(c, 1), lane(f, 1));
    let e2 = slope(p2, h2, lane(a, 2), lane(c, 2), lane(f, 2));
    let e3 = slope(p3, h3, lane(a, 3), lane(c, 3), lane(f, 3));
    if (accumulate) {
      e0 = f32x4.add(e0, v128.load(dx));
      e1 = f32x4.add(e1, v128.load(dx, 16));
      e2 = f32x4.add(e2, v128.load(dx, 32));
      e3 = f32x4.add(e3, v128.load(dx, 48));
    }
    v128.store(dx, e0);
    v128.store(dx, e1, 16);
    v128.store(dx, e2, 32);
    v128.store(dx, e3, 48);
  }
  v128.store(dg, gains);
  v128.store(db, biases);
  return n;
}

// @ts-ignore: decorator
@inline
function slope(p: v128, h: v128, a: v128, c: v128, factor: v128): v128 {
  return f32x4.mul(f32x4.sub(f32x4.sub(p, a), f32x4.mul(h, c)), factor);
}
