// Stand-in, one counter at a time: the vectorised kernels give the same numbers.

let r0: u32 = 0;
let r1: u32 = 0;
let r2: u32 = 0;
let r3: u32 = 0;

function philox(c0: u32, c1: u32, c2: u32, c3: u32, k0: u32, k1: u32): void {
  for (let round = 0; round < 10; round++) {
    const p0 = <u64>0xd2511f53 * <u64>c0;
    const p1 = <u64>0xcd9e8d57 * <u64>c2;
    c0 = <u32>(p1 >> 32) ^ c1 ^ k0;
    c1 = <u32>p1;
    c2 = <u32>(p0 >> 32) ^ c3 ^ k1;
    c3 = <u32>p0;
    k0 += 0x9e3779b9;
    k1 += 0xbb67ae85;
  }
  r0 = c0;
  r1 = c1;
  r2 = c2;
  r3 = c3;
}

function word(i: u32): u32 {
  return i == 0 ? r0 : i == 1 ? r1 : i == 2 ? r2 : r3;
}

function unit(w: u32): f32 {
  return <f32>(w >> 8) * <f32>(1.0 / 16777216.0);
}

export function randomUniform(out: usize, n: i32, low: f32, high: f32, key0: u32, key1: u32, stream: u32, start: u32): void {
  for (let i: u32 = 0; i < <u32>n; i++) {
    philox(start + (i >> 2), stream, 0, 0, key0, key1);
    store<f32>(out + (i << 2), low + (high - low) * unit(word(i & 3)));
  }
}

export function randomNormal(out: usize, n: i32, mean: f32, std: f32, key0: u32, key1: u32, stream: u32, start: u32): void {
  for (let i: u32 = 0; i < <u32>n; i++) {
    philox(start + (i >> 2), stream, 0, 0, key0, key1);
    const a = word(i & 2);
    const b = word((i & 2) + 1);
    const radius = Math.sqrt(-2 * Math.log((<f64>a + 1) / 4294967297.0));
    const angle = (2 * Math.PI * <f64>b) / 4294967296.0;
    store<f32>(out + (i << 2), mean + std * <f32>(radius * (i & 1 ? Math.sin(angle) : Math.cos(angle))));
  }
}

export function randomPermutation(out: usize, n: i32, key0: u32, key1: u32, stream: u32): void {
  for (let i: u32 = 0; i < <u32>n; i++) store<u32>(out + (i << 2), i);
  let counter: u32 = 0;
  for (let i: u32 = <u32>n - 1; i > 0; i--) {
    const limit = u32.MAX_VALUE - (u32.MAX_VALUE % (i + 1));
    do {
      philox(counter++, stream, 0, 0, key0, key1);
    } while (r0 >= limit);
    const j = r0 % (i + 1);
    const t = load<u32>(out + (i << 2));
    store<u32>(out + (i << 2), load<u32>(out + (j << 2)));
    store<u32>(out + (j << 2), t);
  }
}

export function sampleRows(u: usize, rows: usize, start: i32, B: i32, d: i32, key0: u32, key1: u32, stream: u32, low: f32, high: f32): void {
  for (let b: i32 = 0; b < B; b++) {
    const r: u64 = rows ? <u64>load<u32>(rows + (b << 2)) : <u64>(start + b);
    for (let i: i32 = 0; i < d; i++) {
      const e = r * <u64>d + <u64>i;
      philox(<u32>(e >> 2), stream, <u32>(e >> 34), 0, key0, key1);
      store<f32>(u + ((b * d + i) << 2), low + (high - low) * unit(word(<u32>e & 3)));
    }
  }
}

export function dropout(y: usize, x: usize, n: i32, rng: usize, stream: u32, threshold: u32, keepScale: f32): void {
  for (let i: u32 = 0; i < <u32>n; i++) {
    if ((i & 7) == 0) philox(i >> 3, stream, load<u32>(rng, 8), 0, load<u32>(rng), load<u32>(rng, 4));
    const w = word((i & 7) >> 1);
    const half = i & 1 ? w >> 16 : w & 0xffff;
    store<f32>(y + (i << 2), half >= threshold ? load<f32>(x + (i << 2)) * keepScale : 0);
  }
}
