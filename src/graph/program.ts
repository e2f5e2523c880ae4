import { PlateauError } from "../errors.js";
import type { StopSignal } from "../pause.js";
import type { Engine } from "../runtime/engine.js";
import type { Kernels } from "../runtime/generated/kernels.js";
import { isPointer, type KernelCall } from "./call.js";
import type { Graph } from "./graph.js";
import { isIdle } from "./lifetimes.js";
import { type Plan, plan } from "./planner.js";
import { type Buffer, size, type Tensor, type View } from "./tensor.js";

/** Addresses of the flat arrays that a program's parameters and gradients lie in. */
export interface Bases {
  readonly parameters: number;
  /** 0 where no gradient of a parameter is asked for. */
  readonly gradients: number;
}

/** A kernel with all its arguments, as plain data: what another thread that has the same memory can run. */
export type BoundCall = readonly [kernel: keyof Kernels, args: readonly number[]];

/** A bound call as a function of nothing, with the kernels of an engine. */
export function callable(kernels: Kernels, [kernel, args]: BoundCall): () => void {
  // Bound, not called with a spread: that would box every argument anew in every step.
  return (kernels[kernel] as (...args: number[]) => void).bind(undefined, ...args);
}

/**
 * A graph bound to memory: a flat list of kernel calls with their pointers fixed. Running one
 * allocates nothing and looks nothing up.
 */
export class Program {
  readonly engine: Engine;
  readonly graph: Graph;
  /** Bytes of inputs, results and transients. Parameters are not included. */
  readonly bytes: number;
  readonly #offsets: ReadonlyMap<number, number>;
  readonly #block: number;
  readonly #bases: Bases;
  readonly #forward: (() => void)[] = [];
  readonly #backward: (() => void)[] = [];
  readonly #bound: { call: KernelCall; args: number[] }[] = [];

  /** @throws PlateauError `memory` before anything is allocated when the plan does not fit. */
  constructor(engine: Engine, graph: Graph, bases: Bases, planned: Plan = plan(graph)) {
    this.engine = engine;
    this.graph = graph;
    this.bytes = planned.bytes;
    this.#offsets = planned.offsets;
    this.#bases = bases;
    this.#block = engine.allocate(planned.bytes);
    const backwardFrom = graph.forwardCalls ?? graph.calls.length;
    for (const [index, call] of graph.calls.entries()) {
      if (isIdle(call, (buffer) => this.#address(buffer))) continue;
      const args = call.args.map((arg) => (isPointer(arg) ? this.address(arg.view) : arg));
      this.#bound.push({ call, args });
      const run = callable(engine.kernels, [call.kernel, args]);
      (index < backwardFrom ? this.#forward : this.#backward).push(run);
    }
  }

  /**
   * Runs the forward calls.
   * @param signal asked before each call: for programs that take long
   * @returns false where the signal stopped it
   */
  forward(signal?: StopSignal): boolean {
    return walk(this.#forward, signal);
  }

  /** Runs the backward calls; gradients of parameters are added to what is there. See `forward`. */
  backward(signal?: StopSignal): boolean {
    return walk(this.#backward, signal);
  }

  /** Byte address of a view. */
  address(view: View): number {
    return this.#address(view.buffer) + view.start * (view.buffer.dtype === "f64" ? 8 : 4);
  }

  /** The present values of an input or kept result, in wasm memory: valid until the engine allocates. */
  f32(view: View | string): Float32Array<ArrayBuffer> {
    const { address, length } = this.#locate(view);
    return this.engine.f32(address, length);
  }

  /** A view of float64 numbers. */
  f64(view: View | string): Float64Array<ArrayBuffer> {
    const { address, length } = this.#locate(view);
    return this.engine.f64(address, length);
  }

  /** A view of int32 numbers. */
  i32(view: View | string): Int32Array<ArrayBuffer> {
    const { address, length } = this.#locate(view);
    return this.engine.i32(address, length);
  }

  /** All calls in order, forward ones first. */
  calls(): BoundCall[] {
    return this.#bound.map(({ call, args }) => [call.kernel, args]);
  }

  /** One line a kernel call, for reading and for tests: label, kernel, arguments. */
  listing(): string[] {
    return this.#bound.map(({ call, args }) => `${call.label}: ${call.kernel}(${args.join(", ")})`);
  }

  /** Every call with its kernel's name, for profiles. */
  profiled(): {
    label: string;
    kernel: string;
    /** Makes this one call. */
    run: () => void;
  }[] {
    const runs = [...this.#forward, ...this.#backward];
    return this.#bound.map(({ call }, i) => ({ label: call.label, kernel: call.kernel, run: runs[i] }));
  }

  #locate(view: View | string): { address: number; length: number } {
    const found = typeof view === "string" ? this.graph.results.get(view) : view;
    if (!found) throw new PlateauError("internal", `no result named ${view}`);
    const length = "shape" in found ? size((found as Tensor).shape) : found.buffer.length - found.start;
    return { address: this.address(found), length };
  }

  #address(buffer: Buffer): number {
    if (buffer.place === "parameter") return this.#bases.parameters + 4 * buffer.offset;
    if (buffer.place === "gradient") {
      if (!this.#bases.gradients)
        throw new PlateauError("internal", `no memory was given for ${buffer.name}`);
      return this.#bases.gradients + 4 * buffer.offset;
    }
    const offset = this.#offsets.get(buffer.id);
    if (offset === undefined) throw new PlateauError("internal", `${buffer.name} is used by no call`);
    return this.#block + offset;
  }
}

function walk(calls: readonly (() => void)[], signal: StopSignal | undefined): boolean {
  for (let i = 0; i < calls.length; i++) {
    if (signal?.aborted) return false;
    calls[i]();
  }
  return true;
}
