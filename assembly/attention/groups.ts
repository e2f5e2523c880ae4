// Rows of tensors <-> panels [group][row][column][LANES] of many whole groups at once.

import { LANES, CELL } from "./blocks";
import { packFour, unpackFour } from "./lanes";

/** Whether the lanes of every half group lie at the same distances from its first. */
// @ts-ignore: decorator
@inline
export function evenHeads(H: i32): bool {
  return H < 3 || (H & 3) == 0;
}

/** Panels of `groups` groups from pair `first` on, a multiple of LANES, of x [B·rows rows] of `ld` floats. */
export function packGroups(
  panel: usize, x: usize, first: i32, groups: i32, H: i32, E: i32, rows: i32, ld: i32,
): void {
  const row = <usize>ld << 2, head = <usize>E << 2, batch = <usize>rows * row;
  const b = H == 1 ? batch : head, c = H == 1 ? batch << 1 : H == 2 ? batch : head << 1;
  const quads = max(1, H >> 2), beyond = batches(H, head, batch);
  const panelBytes = <usize>rows * E * CELL;
  let left = quads - ((first % H) >> 2);
  let at = x + <usize>(first / H) * batch + <usize>(first % H) * head;
  for (; groups > 0; groups--, panel += panelBytes) {
    for (let half: usize = 0; half < CELL; half += CELL / 2) {
      packFour(panel + half, at, at + b, at + c, at + b + c, rows, row, head);
      const wraps = --left == 0;
      left = wraps ? quads : left;
      at += wraps ? beyond : head << 2;
    }
  }
}

/** The reverse of `packGroups`; `accumulate` adds to x. What is tiny becomes 0. */
export function unpackGroups(
  x: usize, panel: usize, first: i32, groups: i32, H: i32, E: i32, rows: i32, ld: i32, accumulate: bool,
): void {
  const row = <usize>ld << 2, head = <usize>E << 2, batch = <usize>rows * row;
  const b = H == 1 ? batch : head, c = H == 1 ? batch << 1 : H == 2 ? batch : head << 1;
  const quads = max(1, H >> 2), beyond = batches(H, head, batch);
  const panelBytes = <usize>rows * E * CELL;
  let left = quads - ((first % H) >> 2);
  let at = x + <usize>(first / H) * batch + <usize>(first % H) * head;
  for (; groups > 0; groups--, panel += panelBytes) {
    for (let half: usize = 0; half < CELL; half += CELL / 2) {
      unpackFour(panel + half, at, at + b, at + c, at + b + c, rows, row, head, accumulate);
      const wraps = --left == 0;
      left = wraps ? quads : left;
      at += wraps ? beyond : head << 2;
    }
  }
}

/** From the last four heads of a batch, or the few that it has, to the first of the next. */
// @ts-ignore: decorator
@inline
function batches(H: i32, head: usize, batch: usize): usize {
  return H < 4 ? <usize>(4 / H) * batch : batch - <usize>(H - 4) * head;
}
