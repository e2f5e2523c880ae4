// The two ways in which panels find A. offsetof<Layout>() is the distance in bytes from one k to the next.

/** A as its owner stores it, [rows × k], rows lda bytes apart. */
@unmanaged
export class Rows {
  x: f32;
}

/** A packed into strips of 16 rows, each [k × 16] and lda bytes from the one before. */
@unmanaged
export class Strips {
  x0: v128;
  x1: v128;
  x2: v128;
  x3: v128;
}

/** Address of row i at k = 0. */
// @ts-ignore: decorator
@inline
export function rowAt<A>(a: usize, i: i32, lda: usize): usize {
  if (offsetof<A>() == offsetof<Rows>()) {
    return a + <usize>i * lda;
  } else {
    return a + <usize>(i >> 4) * lda + (<usize>(i & 15) << 2);
  }
}

/** 64 zero bytes: a row of C to start from where C's own is not to be added to. */
export const ZEROS = memory.data(64, 64);
