// Sums over many elements or rows, each in one fixed order.

/**
 * out f64[1] = Σ x[n]², each square and the sum in float64: exact squares, so no overflow below
 * 2^1023, and a relative error below n·1e-16. Eight partial sums, then added in pairs.
 */
export function sumSquares(out: usize, x: usize, n: i32): void {
  const end = (<usize>n) << 2;
  const body = end & ~31;
  let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0;
  let i: usize = 0;
  for (; i < body; i += 32) {
    const a = f64x2.promote_low_f32x4(v128.load64_zero(x + i));
    const b = f64x2.promote_low_f32x4(v128.load64_zero(x + i, 8));
    const c = f64x2.promote_low_f32x4(v128.load64_zero(x + i, 16));
    const d = f64x2.promote_low_f32x4(v128.load64_zero(x + i, 24));
    s0 = f64x2.add(s0, f64x2.mul(a, a));
    s1 = f64x2.add(s1, f64x2.mul(b, b));
    s2 = f64x2.add(s2, f64x2.mul(c, c));
    s3 = f64x2.add(s3, f64x2.mul(d, d));
  }
  const s = f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3));
  let sum = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
  for (; i < end; i += 4) {
    const a = <f64>load<f32>(x + i);
    sum += a * a;
  }
  store<f64>(out, sum);
}

/**
 * out[D] += Σ over the N rows of x[N×D], rows ld floats apart. Eight rows are added in pairs before
 * they go to out: columns stay sequential in memory, and rounding grows with N/8 (worst case, equal
 * numbers: 1e-4 of the sum at N = 100,000).
 */
export function columnSum(out: usize, x: usize, N: i32, D: i32, ld: i32): void {
  const width = (<usize>D) << 2;
  const body = width & ~15;
  const s = (<usize>ld) << 2;
  let n = 0;
  for (; n + 8 <= N; n += 8) {
    const x1 = x + s, x2 = x1 + s, x3 = x2 + s, x4 = x3 + s, x5 = x4 + s, x6 = x5 + s, x7 = x6 + s;
    let i: usize = 0;
    for (; i < body; i += 16) {
      const a = f32x4.add(v128.load(x + i), v128.load(x1 + i));
      const b = f32x4.add(v128.load(x2 + i), v128.load(x3 + i));
      const c = f32x4.add(v128.load(x4 + i), v128.load(x5 + i));
      const d = f32x4.add(v128.load(x6 + i), v128.load(x7 + i));
      const sum = f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
      v128.store(out + i, f32x4.add(v128.load(out + i), sum));
    }
    for (; i < width; i += 4) {
      const a = load<f32>(x + i) + load<f32>(x1 + i);
      const b = load<f32>(x2 + i) + load<f32>(x3 + i);
      const c = load<f32>(x4 + i) + load<f32>(x5 + i);
      const d = load<f32>(x6 + i) + load<f32>(x7 + i);
      store<f32>(out + i, load<f32>(out + i) + ((a + b) + (c + d)));
    }
    x = x7 + s;
  }
  for (; n < N; n++, x += s) {
    let i: usize = 0;
    for (; i < body; i += 16) v128.store(out + i, f32x4.add(v128.load(out + i), v128.load(x + i)));
    for (; i < width; i += 4) store<f32>(out + i, load<f32>(out + i) + load<f32>(x + i));
  }
}
