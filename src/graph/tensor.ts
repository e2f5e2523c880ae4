import { PlateauError } from "../errors.js";

/** What a tensor holds. */
export type DType = "f32" | "f64" | "i32" | "u32";

/**
 * Where a buffer lives. `parameter` and `gradient`: at a fixed offset of the model's flat arrays.
 * `static`: an address of its own for the life of the program (inputs, constants, results).
 * `transient`: wherever the planner finds room while it is alive.
 */
export type Place = "parameter" | "gradient" | "static" | "transient";

/** A run of elements before it has an address. */
export interface Buffer {
  readonly id: number;
  readonly name: string;
  readonly place: Place;
  readonly dtype: DType;
  readonly length: number;
  /** Elements from the start of the flat array (`parameter`, `gradient`). */
  readonly offset: number;
}

/** A part of a buffer, `start` elements in: what a kernel argument points at. */
export interface View {
  readonly buffer: Buffer;
  readonly start: number;
}

/** Sizes of a tensor, outermost first. */
export type Shape = readonly number[];

/** A value of the graph: a row-major shape over a view. */
export interface Tensor extends View {
  readonly id: number;
  readonly name: string;
  readonly shape: Shape;
  /** Whether a gradient must reach it. */
  readonly needsGradient: boolean;
}

export function size(shape: Shape): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** Rows of a shape: the product of all extents but the last. */
export function rows(shape: Shape): number {
  return size(shape.slice(0, -1));
}

export function lastExtent(shape: Shape): number {
  return shape[shape.length - 1] ?? 1;
}

/** @throws PlateauError `shape-mismatch` naming both shapes. */
export function requireShape(what: string, found: Shape, expected: Shape): void {
  if (found.length !== expected.length || found.some((extent, i) => extent !== expected[i])) {
    throw new PlateauError(
      "shape-mismatch",
      `${what} has shape [${found.join(", ")}], expected [${expected.join(", ")}]`,
    );
  }
}
