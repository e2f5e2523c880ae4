// Copies into the layouts that the panels read. Leading dimensions in bytes.

/** Panel [k × width] from B stored [k × n], n ≤ width columns of it; the others become 0. */
export function packRows(p: usize, b: usize, k: i32, n: i32, width: i32, ldb: usize): void {
  if (n < width) memory.fill(p, 0, <usize>(k * width) << 2);
  copyRows(p, b, k, n, <usize>width << 2, ldb);
}

/** y[i] = x[i] for rows of n ≤ 16 floats, rows ldy and ldx bytes apart. */
export function copyRows(y: usize, x: usize, rows: i32, n: i32, ldy: usize, ldx: usize): void {
  if (n == 16) {
    for (let i = 0; i < rows; ++i) {
      copy16(y, x);
      y += ldy;
      x += ldx;
    }
  } else if (n == 8) {
    for (let i = 0; i < rows; ++i) {
      v128.store(y, v128.load(x));
      v128.store(y, v128.load(x, 16), 16);
      y += ldy;
      x += ldx;
    }
  } else if (n == 4) {
    for (let i = 0; i < rows; ++i) {
      v128.store(y, v128.load(x));
      y += ldy;
      x += ldx;
    }
  } else {
    for (let i = 0; i < rows; ++i) {
      copyPieces(y, x, n);
      y += ldy;
      x += ldx;
    }
  }
}

// @ts-ignore: decorator
@inline
function copy16(y: usize, x: usize): void {
  v128.store(y, v128.load(x));
  v128.store(y, v128.load(x, 16), 16);
  v128.store(y, v128.load(x, 32), 32);
  v128.store(y, v128.load(x, 48), 48);
}

/** n < 16 floats by the binary digits of n. */
// @ts-ignore: decorator
@inline
function copyPieces(y: usize, x: usize, n: i32): void {
  if (n & 8) {
    v128.store(y, v128.load(x));
    v128.store(y, v128.load(x, 16), 16);
    y += 32;
    x += 32;
  }
  if (n & 4) {
    v128.store(y, v128.load(x));
    y += 16;
    x += 16;
  }
  if (n & 2) {
    store<u64>(y, load<u64>(x));
    y += 8;
    x += 8;
  }
  if (n & 1) store<u32>(y, load<u32>(x));
}

/**
 * Strips of 16 columns, each [k × 16] and `stride` bytes from the one before, from X stored [k × m]. Rows of X
 * are read from end to end; of the last strip only the columns that X has are written.
 */
export function packStrips(p: usize, x: usize, k: i32, m: i32, stride: usize, ldx: usize): void {
  const whole = m & ~15;
  const rest = m & 15;
  if (rest) copyRows(p + <usize>(whole >> 4) * stride, x + (<usize>whole << 2), k, rest, 64, ldx);
  if (!whole) return;
  for (let i = 0; i < k; ++i) {
    let to = p;
    let from = x;
    for (let j = 0; j < whole; j += 16) {
      copy16(to, from);
      to += stride;
      from += 64;
    }
    p += 64;
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
