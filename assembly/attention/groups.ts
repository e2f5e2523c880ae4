// Rows of tensors <-> panels [group][row][column][LANES] of many whole groups at once. Heads of two columns are
// taken in pairs, which are neighbours in memory, and row by row: the loop over groups is then the inner one.

import { CELL, LANES } from "./blocks";
import { packFour, packPairs, unpackFour, unpackPairs } from "./lanes";

/** Whether the four lanes of every half group lie at the same distances from each other. */
// @ts-ignore: decorator
@inline
export function evenHeads(H: i32): bool {
  return H < 3 || (H & 3) == 0;
}

/** Panels of `groups` groups from pair `first` on, a multiple of LANES, of x [B·rows rows] of `ld` floats. */
export function packGroups(
  panel: usize, x: usize, first: i32, groups: i32, H: i32, E: i32, rows: i32, ld: i32,
): void {
  if (E == 2 && !(H & 1)) move<PackPairs>(panel, x, first, groups, H, E, rows, ld, false);
  else move<Pack>(panel, x, first, groups, H, E, rows, ld, false);
}

/** The reverse of `packGroups`; `accumulate` adds to x. What is tiny becomes 0. */
export function unpackGroups(
  x: usize, panel: usize, first: i32, groups: i32, H: i32, E: i32, rows: i32, ld: i32, accumulate: bool,
): void {
  if (E == 2 && !(H & 1)) move<UnpackPairs>(panel, x, first, groups, H, E, rows, ld, accumulate);
  else move<Unpack>(panel, x, first, groups, H, E, rows, ld, accumulate);
}

/** Way: Pack, Unpack, or either of pairs. */
function move<Way>(
  panel: usize, x: usize, first: i32, groups: i32, H: i32, E: i32, rows: i32, ld: i32, accumulate: bool,
): void {
  const row = <usize>ld << 2, head = <usize>E << 2, batch = <usize>rows * row, width = <usize>E * CELL;
  const b = H == 1 ? batch : head, c = H == 1 ? batch << 1 : H == 2 ? batch : head << 1;
  // Halves of a group in one batch, and from the last of them to the first of the next batch.
  const quads = max(1, H >> 2), panelBytes = <usize>rows * width;
  const beyond = H < 4 ? <usize>(4 / H) * batch : batch - <usize>(H - 4) * head;
  x += <usize>(first / H) * batch + <usize>(first % H) * head;
  const begin = quads - ((first % H) >> 2);
  // Rows that the way takes at a time.
  const together = changetype<Way>(0).together(rows), stop = panel + panelBytes;
  for (; panel < stop; panel += <usize>together * width, x += <usize>together * row) {
    let at = x, to = panel, left = begin;
    for (let group = groups; group > 0; group--, to += panelBytes) {
      for (let half: usize = 0; half < CELL; half += CELL / 2) {
        changetype<Way>(0).half(to + half, at, b, c, rows, row, head, accumulate);
        const wraps = --left == 0;
        left = wraps ? quads : left;
        at += wraps ? beyond : head << 2;
      }
    }
  }
}

@unmanaged
class Pack {
  // @ts-ignore: decorator
  @inline
  together(rows: i32): i32 {
    return rows;
  }

  // @ts-ignore: decorator
  @inline
  half(panel: usize, a: usize, b: usize, c: usize, rows: i32, row: usize, bytes: usize, accumulate: bool): void {
    packFour(panel, a, a + b, a + c, a + b + c, rows, row, bytes);
  }
}

@unmanaged
class PackPairs {
  // @ts-ignore: decorator
  @inline
  together(_: i32): i32 {
    return 1;
  }

  // @ts-ignore: decorator
  @inline
  half(panel: usize, a: usize, _: usize, c: usize, _1: i32, _2: usize, _3: usize, accumulate: bool): void {
    packPairs(panel, a, a + c);
  }
}

@unmanaged
class Unpack {
  // @ts-ignore: decorator
  @inline
  together(rows: i32): i32 {
    return rows;
  }

  // @ts-ignore: decorator
  @inline
  half(panel: usize, a: usize, b: usize, c: usize, rows: i32, row: usize, bytes: usize, accumulate: bool): void {
    unpackFour(panel, a, a + b, a + c, a + b + c, rows, row, bytes, accumulate);
  }
}

@unmanaged
class UnpackPairs {
  // @ts-ignore: decorator
  @inline
  together(_: i32): i32 {
    return 1;
  }

  // @ts-ignore: decorator
  @inline
  half(panel: usize, a: usize, _: usize, c: usize, _1: i32, _2: usize, _3: usize, accumulate: bool): void {
    unpackPairs(panel, a, a + c, accumulate);
  }
}
