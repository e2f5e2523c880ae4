let rows = 2;

/** Rows of the widest tile of matrix products in engines made from now on: 2, or 4 where V8 widens. */
export function gemmTile(): number {
  return rows;
}

/** Speed alone depends on it, no bit of any result. For `enableWide`, and for threads that its result reached. */
export function setGemmTile(tile: number): void {
  rows = tile;
}
