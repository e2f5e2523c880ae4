// Copies into the layouts that the panels read. Leading dimensions in bytes.

/** Panel [k × width] from B stored [k × n], n ≤ width columns of it; the others become 0. */
export function packRows(p: usize, b: usize, k: i32, n: i32, width: i32, ldb: usize): void {
  if (n == width) {
    if (width == 16) {
      for (let i = 0; i < k; ++i) {
        v128.store(p, v128.load(b));
        v128.store(p, v128.load(b, 16), 16);
        v128.store(p, v128.load(b, 32), 32);
        v128.store(p, v128.load(b, 48), 48);
        p += 64;
        b += ldb;
      }
    } else if (width == 8) {
      for (let i = 0; i < k; ++i) {
        v128.store(p, v128.load(b));
        v128.store(p, v128.load(b, 16), 16);
        p += 32;
        b += ldb;
      }
    } else {
      for (let i = 0; i < k; ++i) {
        v128.store(p, v128.load(b));
        p += 16;
        b += ldb;
      }
    }
    return;
  }
  memory.fill(p, 0, <usize>(k * width) << 2);
  copyRows(p, b, k, n, <usize>width << 2, ldb);
}

/** y[i] = x[i] for rows of n floats, n < 16, rows ldy and ldx bytes apart. */
export function copyRows(y: usize, x: usize, rows: i32, n: i32, ldy: usize, ldx: usize): void {
  for (let i = 0; i < rows; ++i) {
    let to = y;
    let from = x;
    if (n & 8) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
      to += 32;
      from += 32;
    }
    if (n & 4) {
      v128.store(to, v128.load(from));
      to += 16;
      from += 16;
    }
    if (n & 2) {
      store<u64>(to, load<u64>(from));
      to += 8;
      from += 8;
    }
    if (n & 1) store<u32>(to, load<u32>(from));
    y += ldy;
    x += ldx;
  }
}

/** Y [n × m], rows ldy bytes apart, from X [m × n], rows ldx bytes apart. */
export function transpose(y: usize, x: usize, m: i32, n: i32, ldy: usize, ldx: usize): void {
  const x3: usize = 3 * ldx;
  const y3: usize = 3 * ldy;
  let i = 0;
  for (; i + 4 <= m; i += 4) {
    let from = x;
    let to = y;
    let j = 0;
    for (; j + 4 <= n; j += 4) {
      const r0 = v128.load(from);
      const r1 = v128.load(from + ldx);
      const r2 = v128.load(from + 2 * ldx);
      const r3 = v128.load(from + x3);
      const t0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
      const t1 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const t2 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
      const t3 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      v128.store(to, v128.shuffle<f32>(t0, t2, 0, 1, 4, 5));
      v128.store(to + ldy, v128.shuffle<f32>(t0, t2, 2, 3, 6, 7));
      v128.store(to + 2 * ldy, v128.shuffle<f32>(t1, t3, 0, 1, 4, 5));
      v128.store(to + y3, v128.shuffle<f32>(t1, t3, 2, 3, 6, 7));
      from += 16;
      to += 4 * ldy;
    }
    for (; j < n; ++j) {
      store<u32>(to, load<u32>(from));
      store<u32>(to, load<u32>(from + ldx), 4);
      store<u32>(to, load<u32>(from + 2 * ldx), 8);
      store<u32>(to, load<u32>(from + x3), 12);
      from += 4;
      to += ldy;
    }
    x += 4 * ldx;
    y += 16;
  }
  for (; i < m; ++i) {
    let to = y;
    for (let j = 0; j < n; ++j) {
      store<u32>(to, load<u32>(x + (<usize>j << 2)));
      to += ldy;
    }
    x += ldx;
    y += 4;
  }
}

/** Panel [k × width] from B stored [n × k], n ≤ width; the other columns become 0. */
export function packColumns(p: usize, b: usize, k: i32, n: i32, width: i32, ldb: usize): void {
  if (n < width) memory.fill(p, 0, <usize>(k * width) << 2);
  transpose(p, b, n, k, <usize>width << 2, ldb);
}
