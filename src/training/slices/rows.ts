/**
 * How many rows each slice of a batch has, first to last: as equal as can be. Slices are a part of what is
 * computed: gradients of a slice are summed row by row, then those of the slices, in order. That is what lets
 * threads share a batch without a say in its bits.
 */
export function sliceRows(batch: number, slices: number): number[] {
  const until = (slice: number) => Math.floor((batch * slice) / slices);
  return Array.from({ length: slices }, (_, slice) => until(slice + 1) - until(slice));
}
