// Layer normalisation over rows of D floats. Each row is first shifted by its first element, then
// mean and variance are taken in two passes: a mean far above the spread costs no digits (measured
// error of x̂ 2.5e-7 of the row's largest, D up to 256). Four rows at a time share the divisions and
// square roots; a row has the same bits wherever it stands.

import { backwardRowsOf4, forwardRowsOf4 } from "./layernorm4";
import { madd, sumLanes } from "./simd";
import { lane, sumLanesOfFour } from "./transpose";

/**
 * y[N×D] = x̂·g[D] + b[D], x̂ = (s − mean s) / √(var s + eps), s = x[N×D] (+ residual[N×D]).
 * Saves x̂ in xhat[N×D] and the factor 1/√… in rstd[N] (both or neither 0). y may be x or residual.
 */
export function layernormForward(
  y: usize, xhat: usize, rstd: usize, x: usize, residual: usize, g: usize, b: usize,
  N: i32, D: i32, eps: f32,
): void {
  const width = (<usize>D) << 2;
  let n = 0;
  if (D == 4) {
    n = forwardRowsOf4(y, xhat, rstd, x, residual, g, b, N, eps);
  } else if (!(D & 3)) {
    for (; n + 4 <= N; n += 4) {
      const at = <usize>n * width;
      forwardFour(
        y + at, xhat ? xhat + at : 0, rstd ? rstd + (<usize>n << 2) : 0,
        x + at, residual ? residual + at : 0, g, b, D, eps,
      );
    }
  }
  for (; n < N; n++) {
    const at = <usize>n * width;
    forwardOne(
      y + at, xhat ? xhat + at : 0, rstd ? rstd + (<usize>n << 2) : 0,
      x + at, residual ? residual + at : 0, g, b, D, eps,
    );
  }
}

function forwardOne(
  y: usize, xhat: usize, rstd: usize, x: usize, residual: usize, g: usize, b: usize, D: i32, eps: f32,
): void {
  const width = (<usize>D) << 2;
  const body = width & ~15;
  const first = residual ? load<f32>(x) + load<f32>(residual) : load<f32>(x);
  const vFirst = f32x4.splat(first);
  let s = f32x4.splat(0);
  let rest: f32 = 0;
  let i: usize = 0;
  for (; i < body; i += 16) {
    let v = v128.load(x + i);
    if (residual) v = f32x4.add(v, v128.load(residual + i));
    v = f32x4.sub(v, vFirst);
    v128.store(y + i, v);
    s = f32x4.add(s, v);
  }
  for (; i < width; i += 4) {
    let v = load<f32>(x + i);
    if (residual) v += load<f32>(residual + i);
    v -= first;
    store<f32>(y + i, v);
    rest += v;
  }
  const mean = (sumLanes(s) + rest) / <f32>D;
  const vMean = f32x4.splat(mean);

  s = f32x4.splat(0);
  rest = 0;
  for (i = 0; i < body; i += 16) {
    const v = f32x4.sub(v128.load(y + i), vMean);
    s = madd(v, v, s);
  }
  for (; i < width; i += 4) {
    const v = load<f32>(y + i) - mean;
    rest += v * v;
  }
  const factor: f32 = 1 / sqrt<f32>((sumLanes(s) + rest) / <f32>D + eps);
  const vFactor = f32x4.splat(factor);
  if (rstd) store<f32>(rstd, factor);

  for (i = 0; i < body; i += 16) {
    const h = f32x4.mul(f32x4.sub(v128.load(y + i), vMean), vFactor);
    if (xhat) v128.store(xhat + i, h);
    v128.store(y + i, f32x4.add(f32x4.mul(h, v128.load(g + i)), v128.load(b + i)));
  }
  for (; i < width; i += 4) {
    const h = (load<f32>(y + i) - mean) * factor;
    if (xhat) store<f32>(xhat + i, h);
    store<f32>(y + i, h * load<f32>(g + i) + load<f32>(b + i));
  }
}

function forwardFour(
  y: usize, xhat: usize, rstd: usize, x: usize, residual: usize, g: usize, b: usize, D: i32, eps: f32,
): void {
  const width = (<usize>D) << 2;
  const y1 = y + width, y2 = y1 + width, y3 = y2 + width;
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  if (residual) {
    const x1 = x + width, x2 = x1 + width, x3 = x2 + width;
    const r1 = residual + width, r2 = r1 + width, r3 = r2 + width;
    const f0 = f32x4.splat(load<f32>(x) + load<f32>(residual));
    const f1 = f32x4.splat(load<f32>(x1) + load<f32>(r1));
    const f2 = f32x4.splat(load<f32>(x2) + load<f32>(r2));
    const f3 = f32x4.splat(load<f32>(x3) + load<f32>(r3));
    for (let i: usize = 0; i < width; i += 16) {
      const v0 = f32x4.sub(f32x4.add(v128.load(x + i), v128.load(residual + i)), f0);
      const v1 = f32x4.sub(f32x4.add(v128.load(x1 + i), v128.load(r1 + i)), f1);
      const v2 = f32x4.sub(f32x4.add(v128.load(x2 + i), v128.load(r2 + i)), f2);
      const v3 = f32x4.sub(f32x4.add(v128.load(x3 + i), v128.load(r3 + i)), f3);
      v128.store(y + i, v0);
      v128.store(y1 + i, v1);
      v128.store(y2 + i, v2);
      v128.store(y3 + i, v3);
      s0 = f32x4.add(s0, v0);
      s1 = f32x4.add(s1, v1);
      s2 = f32x4.add(s2, v2);
      s3 = f32x4.add(s3, v3);
    }
  } else {
    const x1 = x + width, x2 = x1 + width, x3 = x2 + width;
    const f0 = v128.load32_splat(x), f1 = v128.load32_splat(x1);
    const f2 = v128.load32_splat(x2), f3 = v128.load32_splat(x3);
    for (let i: usize = 0; i < width; i += 16) {
      const v0 = f32x4.sub(v128.load(x + i), f0), v1 = f32x4.sub(v128.load(x1 + i), f1);
      const v2 = f32x4.sub(v128.load(x2 + i), f2), v3 = f32x4.sub(v128.load(x3 + i), f3);
      v128.store(y + i, v0);
      v128.store(y1 + i, v1);
      v128.store(y2 + i, v2);
      v128.store(y3 + i, v3);
      s0 = f32x4.add(s0, v0);
      s1 = f32x4.add(s1, v1);
      s2 = f32x4.add(s2, v2);
      s3 = f32x4.add(s3, v3);
    }
  }
  const count = f32x4.splat(<f32>D);
  const means = f32x4.div(sumLanesOfFour(s0, s1, s2, s3), count);
  const m0 = lane(means, 0), m1 = lane(means, 1), m2 = lane(means, 2), m3 = lane(means, 3);

  s0 = s1 = s2 = s3 = f32x4.splat(0);
  for (let i: usize = 0; i < width; i += 16) {
    const v0 = f32x4.sub(v128.load(y + i), m0), v1 = f32x4.sub(v128.load(y1 + i), m1);
    const v2 = f32x4.sub(v128.load(y2 + i), m2), v3 = f32x4.sub(v128.load(y3 + i), m3);
    s0 = madd(v0, v0, s0);
    s1 = madd(v1, v1, s1);
    s2 = madd(v2, v2, s2);
    s3 = madd(v3, v3, s3);
  }
  const variances = f32x4.div(sumLanesOfFour(s0, s1, s2, s3), count);
  const factors = f32x4.div(f32x4.splat(1), f32x4.sqrt(f32x4.add(variances, f32x4.splat(eps))));
  if (rstd) v128.store(rstd, factors);
  const c0 = lane(factors, 0), c1 = lane(factors, 1), c2 = lane(factors, 2), c3 = lane(factors, 3);

  for (let i: usize = 0; i < width; i += 16) {
    const h0 = f32x4.mul(f32x4.sub(v128.load(y + i), m0), c0);
    const h1 = f32x4.mul(f32x4.sub(v128.load(y1 + i), m1), c1);
    const h2 = f32x4.mul(f32x4.sub(v128.load(y2 + i), m2), c2);
    const h3 = f32x4.mul(f32x4.sub(v128.load(y3 + i), m3), c3);
    if (xhat) {
      const at = xhat + i;
      v128.store(at, h0);
      v128.store(at + width, h1);
      v128.store(at + 2 * width, h2);
      v128.store(at + 3 * width, h3);
    }
    const G = v128.load(g + i), B = v128.load(b + i);
    v128.store(y + i, f32x4.add(f32x4.mul(h0, G), B));
    v128.store(y1 + i, f32x4.add(f32x4.mul(h1, G), B));
    v128.store(y2 + i, f32x4.add(f32x4.mul(h2, G), B));
    v128.store(y3 + i, f32x4.add(f32x4.mul(h3, G), B));
  }
}

/**
 * dx[N×D] (+)= rstd·(p − mean p − x̂·mean(p·x̂)) with p = dy[N×D]·g[D]; dg[D] += Σ dy·x̂ and
 * db[D] += Σ dy over the rows, four rows added in pairs, then in order. dx may be dy (accumulate 0).
 */
export function layernormBackward(
  dx: usize, dg: usize, db: usize, dy: usize, xhat: usize, rstd: usize, g: usize,
  N: i32, D: i32, accumulate: i32,
): void {
  const width = (<usize>D) << 2;
  const body = width & ~15;
  const share: f32 = 1 / <f32>D;
  let n = 0;
  if (D == 4) {
    n = backwardRowsOf4(dx, dg, db, dy, xhat, rstd, g, N, accumulate);
  } else if (body == width) {
    for (; n + 4 <= N; n += 4) {
      const at = <usize>n * width;
      backwardFour(
        dx + at, dg, db, dy + at, xhat + at, rstd + (<usize>n << 2), g, width, share, accumulate,
      );
    }
  }
  const done = <usize>n * width;
  dx += done;
  dy += done;
  xhat += done;
  rstd += <usize>n << 2;
  for (; n < N; n++, dx += width, dy += width, xhat += width, rstd += 4) {
    let s = f32x4.splat(0), q = s;
    let sRest: f32 = 0, qRest: f32 = 0;
    let i: usize = 0;
    for (; i < body; i += 16) {
      const d = v128.load(dy + i), h = v128.load(xhat + i);
      v128.store(db + i, f32x4.add(v128.load(db + i), d));
      v128.store(dg + i, f32x4.add(v128.load(dg + i), f32x4.mul(d, h)));
      const p = f32x4.mul(d, v128.load(g + i));
      s = f32x4.add(s, p);
      q = madd(p, h, q);
    }
    for (; i < width; i += 4) {
      const d = load<f32>(dy + i), h = load<f32>(xhat + i);
      store<f32>(db + i, load<f32>(db + i) + d);
      store<f32>(dg + i, load<f32>(dg + i) + d * h);
      const p = d * load<f32>(g + i);
      sRest += p;
      qRest += p * h;
    }
    const factor = load<f32>(rstd);
    const a = (sumLanes(s) + sRest) * share, c = (sumLanes(q) + qRest) * share;
    const vA = f32x4.splat(a), vC = f32x4.splat(c), vFactor = f32x4.splat(factor);
    for (i = 0; i < body; i += 16) {
      const p = f32x4.mul(v128.load(dy + i), v128.load(g + i));
      let d = f32x4.mul(f32x4.sub(f32x4.sub(p, vA), f32x4.mul(v128.load(xhat + i), vC)), vFactor);
      if (accumulate) d = f32x4.add(d, v128.load(dx + i));
      v128.store(dx + i, d);
    }
    for (; i < width; i += 4) {
      const p = load<f32>(dy + i) * load<f32>(g + i);
      let d = (p - a - load<f32>(xhat + i) * c) * factor;
      if (accumulate) d += load<f32>(dx + i);
      store<f32>(dx + i, d);
    }
  }
}

function backwardFour(
  dx: usize, dg: usize, db: usize, dy: usize, xhat: usize, rstd: usize, g: usize,
  width: usize, share: f32, accumulate: i32,
): void {
  const y1 = dy + width, y2 = y1 + width, y3 = y2 + width;
  const x1 = xhat + width, x2 = x1 + width, x3 = x2 + width;
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  let q0 = s0, q1 = s0, q2 = s0, q3 = s0;
  for (let i: usize = 0; i < width; i += 16) {
    const G = v128.load(g + i);
    const d0 = v128.load(dy + i), d1 = v128.load(y1 + i);
    const h0 = v128.load(xhat + i), h1 = v128.load(x1 + i);
    let sum = f32x4.add(d0, d1);
    let moment = f32x4.add(f32x4.mul(d0, h0), f32x4.mul(d1, h1));
    const p0 = f32x4.mul(d0, G), p1 = f32x4.mul(d1, G);
    s0 = f32x4.add(s0, p0);
    s1 = f32x4.add(s1, p1);
    q0 = madd(p0, h0, q0);
    q1 = madd(p1, h1, q1);
    const d2 = v128.load(y2 + i), d3 = v128.load(y3 + i);
    const h2 = v128.load(x2 + i), h3 = v128.load(x3 + i);
    sum = f32x4.add(sum, f32x4.add(d2, d3));
    moment = f32x4.add(moment, f32x4.add(f32x4.mul(d2, h2), f32x4.mul(d3, h3)));
    const p2 = f32x4.mul(d2, G), p3 = f32x4.mul(d3, G);
    s2 = f32x4.add(s2, p2);
    s3 = f32x4.add(s3, p3);
    q2 = madd(p2, h2, q2);
    q3 = madd(p3, h3, q3);
    v128.store(db + i, f32x4.add(v128.load(db + i), sum));
    v128.store(dg + i, f32x4.add(v128.load(dg + i), moment));
  }
  const part = f32x4.splat(share), factors = v128.load(rstd);
  const a = f32x4.mul(sumLanesOfFour(s0, s1, s2, s3), part);
  const c = f32x4.mul(sumLanesOfFour(q0, q1, q2, q3), part);
  finishRow(dx, dy, xhat, g, lane(a, 0), lane(c, 0), lane(factors, 0), width, accumulate);
  finishRow(dx + width, y1, x1, g, lane(a, 1), lane(c, 1), lane(factors, 1), width, accumulate);
  finishRow(dx + 2 * width, y2, x2, g, lane(a, 2), lane(c, 2), lane(factors, 2), width, accumulate);
  finishRow(dx + 3 * width, y3, x3, g, lane(a, 3), lane(c, 3), lane(factors, 3), width, accumulate);
}

// @ts-ignore: decorator
@inline
function finishRow(
  dx: usize, dy: usize, xhat: usize, g: usize, a: v128, c: v128, factor: v128, width: usize, accumulate: i32,
): void {
  let i: usize = 0;
  // Neighbours side by side, which V8 widens.
  for (; i + 32 <= width; i += 32) {
    const p = f32x4.mul(v128.load(dy + i), v128.load(g + i));
    const ph = f32x4.mul(v128.load(dy + i, 16), v128.load(g + i, 16));
    let d = f32x4.mul(f32x4.sub(f32x4.sub(p, a), f32x4.mul(v128.load(xhat + i), c)), factor);
    let dh = f32x4.mul(f32x4.sub(f32x4.sub(ph, a), f32x4.mul(v128.load(xhat + i, 16), c)), factor);
    if (accumulate) {
      d = f32x4.add(d, v128.load(dx + i));
      dh = f32x4.add(dh, v128.load(dx + i, 16));
    }
    v128.store(dx + i, d);
    v128.store(dx + i, dh, 16);
  }
  if (i < width) {
    const p = f32x4.mul(v128.load(dy + i), v128.load(g + i));
    let d = f32x4.mul(f32x4.sub(f32x4.sub(p, a), f32x4.mul(v128.load(xhat + i), c)), factor);
    if (accumulate) d = f32x4.add(d, v128.load(dx + i));
    v128.store(dx + i, d);
  }
}
