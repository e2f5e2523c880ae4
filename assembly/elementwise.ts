// Element-wise kernels. Sizes count float32 elements; every tail is handled scalar.

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
