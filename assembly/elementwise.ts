// Element-wise kernels. Sizes count float32 elements; tails are scalar, which gives an element the
// same bits wherever it stands: each is one IEEE operation.

/** y[n] = a[n] + b[n]. In place allowed. */
export function add(y: usize, a: usize, b: usize, n: i32): void {
  const end = (<usize>n) << 2;
  const body = end & ~31;
  let i: usize = 0;
  for (; i < body; i += 32) {
    const v0 = f32x4.add(v128.load(a + i), v128.load(b + i));
    const v1 = f32x4.add(v128.load(a + i, 16), v128.load(b + i, 16));
    v128.store(y + i, v0);
    v128.store(y + i, v1, 16);
  }
  for (; i < end; i += 4) store<f32>(y + i, load<f32>(a + i) + load<f32>(b + i));
}

/** y[n] += x[n]. */
export function addInto(y: usize, x: usize, n: i32): void {
  add(y, y, x, n);
}

/** y[N×D] += x[N×D], rows ldy and ldx floats apart. */
export function addRows(y: usize, x: usize, N: i32, D: i32, ldy: i32, ldx: i32): void {
  for (let n = 0; n < N; n++, y += (<usize>ldy) << 2, x += (<usize>ldx) << 2) addInto(y, x, D);
}

/** y[n] = x[n] · factor. In place allowed. */
export function scale(y: usize, x: usize, factor: f32, n: i32): void {
  const end = (<usize>n) << 2;
  const body = end & ~31;
  const f = f32x4.splat(factor);
  let i: usize = 0;
  for (; i < body; i += 32) {
    const v0 = f32x4.mul(v128.load(x + i), f);
    const v1 = f32x4.mul(v128.load(x + i, 16), f);
    v128.store(y + i, v0);
    v128.store(y + i, v1, 16);
  }
  for (; i < end; i += 4) store<f32>(y + i, load<f32>(x + i) * factor);
}

/** y[n] = x[n], bit for bit. The two may overlap. */
export function copyFloats(y: usize, x: usize, n: i32): void {
  memory.copy(y, x, (<usize>n) << 2);
}

/** y[n] = value. */
export function fillFloats(y: usize, value: f32, n: i32): void {
  const end = (<usize>n) << 2;
  const body = end & ~31;
  const v = f32x4.splat(value);
  let i: usize = 0;
  for (; i < body; i += 32) {
    v128.store(y + i, v);
    v128.store(y + i, v, 16);
  }
  for (; i < end; i += 4) store<f32>(y + i, value);
}

/** y[N×D] = rows of x[·×D] by number: y[i] = x[rows[i]]. rows is i32[N]; rows may repeat. */
export function gatherRows(y: usize, x: usize, rows: usize, N: i32, D: i32): void {
  const width = (<usize>D) << 2;
  const body = width & ~15;
  for (let n = 0; n < N; n++) {
    // A plain loop: rows are short, and memory.copy is a call out of the module.
    const from = x + (<usize>load<i32>(rows + ((<usize>n) << 2))) * width;
    let i: usize = 0;
    for (; i < body; i += 16) v128.store(y + i, v128.load(from + i));
    for (; i < width; i += 4) store<f32>(y + i, load<f32>(from + i));
    y += width;
  }
}
