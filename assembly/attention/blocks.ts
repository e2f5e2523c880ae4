// How attention is cut into blocks that fit into scratch, whatever T, S and E are.
//
// A panel holds some rows of q, k, v, … of one group of LANES (batch, head) pairs: [row][e][LANES].
// A strip holds rows of scores of one group: [t][s][LANES].

/** (batch, head) pairs worked on together: two vectors of four lanes. */
export const LANES = 8;
/** Bytes of one element of a panel or strip. */
export const CELL: usize = 32;

/** Largest bytes of one panel (backward needs 7) and of one strip (2; forward 3 and fewer panels). */
const PANEL = 192 * 1024;
const STRIP = 351 * 1024;
/** Most columns of E in one panel; sums over E longer than this are added block by block. */
const COLUMNS = 256;
/** Most query rows in a block: their panel stays in the first-level cache; causal blocks waste little. */
const QUERIES = 16;

/** Most keys S of one call: a row of scores must fit into a strip. */
export const MAX_KEYS: i32 = STRIP / 32;

export function columnBlock(E: i32): i32 {
  return min(E, COLUMNS);
}

export function queryBlock(T: i32, S: i32, columns: i32): i32 {
  return min(min(T, QUERIES), min(PANEL / 32 / columns, MAX_KEYS / S));
}

export function keyBlock(S: i32, columns: i32): i32 {
  return min(S, PANEL / 32 / columns);
}
