/**
 * What is known for certain of a function on a box: between which numbers each output lies and, where the
 * function is Lipschitz there and more is known of it, between which numbers each entry of its (Clarke)
 * Jacobian lies, so that f(x) − f(c) = J·(x − c) for some J between them and any c of the box.
 */
export interface Enclosed {
  /** [outputs] */
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** [outputs, inputs], row-major; absent where no finite slopes are known. */
  readonly slopes?: { readonly low: Float64Array; readonly high: Float64Array };
  /** The same at the middle of the box alone, 0.5·(low + high) as float64 has it, where it came along. */
  readonly middle?: { readonly low: Float64Array; readonly high: Float64Array };
  /**
   * By how much, at most, what runs is off what is enclosed here, per output, anywhere in the box: float32's
   * rounding of a network that is enclosed as exact arithmetic with its weights. Absent: not at all.
   */
  readonly rounding?: Float64Array;
}

/** A function that can be enclosed on boxes: an expression, a network's graph, a table of cells. */
export interface Enclosure {
  readonly inputs: number;
  readonly outputs: number;
  /**
   * Bounds of the function's values on the box from low [inputs] to high [inputs], rounded outward. A point is a
   * box of no size.
   */
  enclose(low: Float64Array, high: Float64Array): Enclosed;
  /** What the bounds rest on besides arithmetic, in sentences. Empty or absent: nothing, they are proven. */
  readonly conditions?: readonly string[];
}
