import { requireArguments } from "../arguments.js";
/** What a 1 in a padding mask means: this key counts, or (as in `torch.nn.Transformer`) it is ignored. */
export const paddingConventions = ["one-is-valid", "one-is-ignored"] as const;
/** What a 1 marks in a padding mask. */
export type PaddingConvention = (typeof paddingConventions)[number];

/**
 * The additive mask of a padding mask: 0 for keys that count, −Infinity for those that do not. Read by the
 * wrong convention, a mask of unpadded data hides every key, and attention gives 0.
 * @param marks 0 or 1 for each key, [rows, m]
 * @throws PlateauError `usage` where an argument is of another kind
 */
export function keyMask(marks: ArrayLike<number>, convention: PaddingConvention): Float32Array<ArrayBuffer> {
  requireArguments("keyMask", { marks: [marks, "numbers"], convention: [convention, "text"] });

  const ignored = convention === "one-is-ignored" ? 1 : 0;
  return Float32Array.from(marks, (mark) => (mark === ignored ? Number.NEGATIVE_INFINITY : 0));
}
