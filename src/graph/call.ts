import type { Kernels } from "../runtime/generated/kernels.js";
import type { View } from "./tensor.js";

/** How a call uses a buffer: reads it, defines it anew, or adds to what is there. */
export type Access = "read" | "write" | "update";

/** A buffer as an argument. */
export interface Pointer {
  readonly view: View;
  readonly access: Access;
}

export const read = (view: View): Pointer => ({ view, access: "read" });
/** Everything the view covered before is lost. */
export const write = (view: View): Pointer => ({ view, access: "write" });
export const update = (view: View): Pointer => ({ view, access: "update" });
/** `write` or `update`, as the accumulate flag of the same call says. */
export const writeOrUpdate = (view: View, accumulate: 0 | 1): Pointer =>
  accumulate ? update(view) : write(view);

/** An argument of a kernel call: a number, or a place in the arena with how it is accessed. */
export type Argument = number | Pointer;

/** A kernel call with arguments of any kind. */
type Loosened<T extends readonly unknown[]> = { [I in keyof T]: Argument };

/** The arguments of a kernel, where every number may stand for a buffer's address instead. */
export type Arguments<K extends keyof Kernels> = Loosened<Parameters<Kernels[K]>>;

/** One kernel call before its buffers have addresses: a program is data until it is bound. */
export interface KernelCall {
  readonly kernel: keyof Kernels;
  readonly args: readonly Argument[];
  /** The op that asked for it, for listings and profiles. */
  readonly label: string;
  /** Output and input that the kernel allows to be one buffer. */
  readonly inPlace?: readonly [output: View, input: View];
}

export function isPointer(argument: Argument): argument is Pointer {
  return typeof argument === "object";
}
