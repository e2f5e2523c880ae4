import type { Sizes } from "../test/kernels/spec.js";

/** Floating-point operations an element, where they are plain to count (without those of accumulating); a division or a root is one. */
const EACH: Readonly<Record<string, number>> = {
  add: 1,
  addInto: 1,
  addPositions: 1,
  addRows: 1,
  adamUpdate: 15,
  adamwUpdate: 17,
  columnSum: 1,
  dropout: 1,
  layernormForward: 8,
  layernormBackward: 11,
  mseForward: 3,
  mseBackward: 2,
  multiplyBackward: 1,
  piecewiseForward: 2,
  reluBackward: 1,
  reluForward: 1,
  scale: 1,
  sgdUpdate: 5,
  sumBatch: 1,
  sumSquares: 2,
};

/** Operations of a call of an element-wise kernel or a reduction; undefined for those that are not counted. */
export function arithmetic(kernel: string, sizes: Sizes): number | undefined {
  const each = Object.hasOwn(EACH, kernel) ? EACH[kernel] : undefined;
  if (each === undefined) return undefined;
  const { n, gap: _, ...rest } = sizes as Record<string, number>;
  return each * (n ?? Object.values(rest).reduce((product, size) => product * size, 1));
}
