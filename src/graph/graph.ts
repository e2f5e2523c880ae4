import { PlateauError } from "../errors.js";
import type { Kernels } from "../runtime/generated/kernels.js";
import { type Arguments, type KernelCall, type Pointer, read, update, write, writeOrUpdate } from "./call.js";
import type { Op } from "./op.js";
import type { Parameter, Parameters } from "./parameters.js";
import { type Buffer, type DType, type Place, type Shape, size, type Tensor, type View } from "./tensor.js";

/**
 * `inference`: forward only. `training`: with dropout, and gradients of parameters and inputs that want
 * them. `derivative`: gradients of inputs alone, dropout off: the derivative of what `predict` computes.
 */
export type Mode = "inference" | "training" | "derivative";

/** Where a contribution to a tensor's gradient goes, and whether something is there already. */
export interface Contribution {
  readonly view: View;
  readonly accumulate: 0 | 1;
  readonly pointer: Pointer;
}

/** One op as it was applied: what a model is made of, for those who write it in another form. */
export interface Applied {
  readonly op: string;
  readonly label: string;
  readonly inputs: unknown;
  readonly attributes: unknown;
  readonly output: Tensor;
}

/**
 * A static computation. `apply` records forward kernel calls; `differentiate` walks the record
 * backwards and appends the vector–Jacobian products. Nothing runs before a `Program` binds it.
 */
export class Graph {
  readonly mode: Mode;
  readonly parameters: Parameters;
  readonly calls: KernelCall[] = [];
  readonly applied: Applied[] = [];
  readonly buffers: Buffer[] = [];
  /** Index of the first backward call, once `differentiate` was called. */
  forwardCalls: number | undefined;

  readonly #tape: { output: Tensor; label: string; backward: () => void }[] = [];
  readonly #gradients = new Map<number, { view: View; started: boolean }>();
  readonly #named = new Map<string, Tensor>();
  /** Names under which tensors were kept for reading after a run. */
  readonly results = new Map<string, Tensor>();
  #ids = 0;
  #label = "";

  constructor(parameters: Parameters, mode: Mode) {
    this.parameters = parameters;
    this.mode = mode;
  }

  /** Whether ops save what their backward pass needs. */
  get keepsValues(): boolean {
    return this.mode !== "inference";
  }

  /** A parameter of the model as a tensor. */
  parameter(parameter: Parameter): Tensor {
    const known = this.#named.get(parameter.name);
    if (known) return known;
    const buffer = this.#buffer(parameter.name, "parameter", "f32", size(parameter.shape), parameter.offset);
    const tensor = this.#tensor(buffer, parameter.shape, this.mode === "training");
    if (tensor.needsGradient) {
      const gradient = this.#buffer(
        `grad.${parameter.name}`,
        "gradient",
        "f32",
        buffer.length,
        parameter.offset,
      );
      this.#gradients.set(tensor.id, { view: { buffer: gradient, start: 0 }, started: true });
    }
    this.#named.set(parameter.name, tensor);
    return tensor;
  }

  /** A tensor with an address of its own that the caller fills before a run. */
  input(name: string, shape: Shape, options: { dtype?: DType; needsGradient?: boolean } = {}): Tensor {
    if (this.#named.has(name)) throw new PlateauError("internal", `two inputs are named ${name}`);
    const tensor = this.#tensor(
      this.#buffer(name, "static", options.dtype ?? "f32", size(shape)),
      shape,
      options.needsGradient ?? false,
    );
    this.#named.set(name, tensor);
    return tensor;
  }

  /** Rows [from, to) of a parameter or input, with the same rows of its gradient. */
  rows(tensor: Tensor, from: number, to: number): Tensor {
    if (tensor.needsGradient && !this.#gradients.has(tensor.id)) this.sum(tensor);
    if (!(from >= 0 && from <= to && to <= tensor.shape[0])) {
      throw new PlateauError(
        "shape-mismatch",
        `${tensor.name} has ${tensor.shape[0]} rows, not ${from} to ${to}`,
      );
    }
    const stride = size(tensor.shape.slice(1));
    const part: Tensor = {
      ...tensor,
      id: this.#ids++,
      start: tensor.start + from * stride,
      shape: [to - from, ...tensor.shape.slice(1)],
    };
    const gradient = this.#gradients.get(tensor.id);
    if (gradient) {
      const { buffer, start } = gradient.view;
      this.#gradients.set(part.id, { view: { buffer, start: start + from * stride }, started: true });
    }
    return part;
  }

  /** The same elements under another shape of equal size; gradients pass through. */
  reshape(tensor: Tensor, shape: Shape): Tensor {
    if (size(shape) !== size(tensor.shape)) {
      throw new PlateauError("shape-mismatch", `cannot read [${tensor.shape}] as [${shape}]`);
    }
    // Gradients are found by id, so the reshaped tensor shares its origin's.
    return { ...tensor, shape };
  }

  /** Memory for an op: saved values, workspace. */
  scratch(name: string, length: number, dtype: DType = "f32"): View {
    return { buffer: this.#buffer(`${this.#label}.${name}`, "transient", dtype, length), start: 0 };
  }

  /** Like `scratch`, but with an address of its own, so it can be read after a run. */
  result(name: string, length: number, dtype: DType): View {
    return { buffer: this.#buffer(name, "static", dtype, length), start: 0 };
  }

  /** Applies an op under a label (for listings) and returns its output. */
  apply<I, A>(op: Op<I, A>, label: string, inputs: I, attributes: A): Tensor {
    this.#label = label;
    const tensors = op.inputs(inputs);
    const needsGradient =
      this.keepsValues && op.backward !== undefined && tensors.some((t) => t.needsGradient);
    const shape = op.shape(inputs, attributes);
    const output = this.#tensor(this.#buffer(label, "transient", "f32", size(shape)), shape, needsGradient);
    const saved = op.forward(this, output, inputs, attributes);
    this.applied.push({ op: op.name, label, inputs, attributes, output });
    if (needsGradient) {
      this.#tape.push({
        output,
        label,
        backward: () => op.backward!(this, output, inputs, attributes, saved),
      });
    }
    return output;
  }

  /** Records one kernel call. */
  emit<K extends keyof Kernels>(kernel: K, args: Arguments<K>, inPlace?: readonly [View, View]): void {
    this.calls.push({ kernel, args, label: this.#label, inPlace });
  }

  /** Makes a tensor readable after a run: it keeps its place to the end. */
  keep(name: string, tensor: Tensor): void {
    this.results.set(name, tensor);
  }

  /** The gradient of a tensor as far as it has been gathered. For an op's backward: of its output. */
  gradient(tensor: Tensor): View {
    const found = this.#gradients.get(tensor.id);
    if (!found) throw new PlateauError("internal", `no gradient reaches ${tensor.name}`);
    return found.view;
  }

  /** Whether `differentiate` found a way from the output to a tensor. */
  reached(tensor: Tensor): boolean {
    return this.#gradients.get(tensor.id)?.started ?? false;
  }

  /** Where an op adds its share of an input's gradient; undefined where none is wanted. */
  contribute(tensor: Tensor): Contribution | undefined {
    if (!tensor.needsGradient) return undefined;
    let entry = this.#gradients.get(tensor.id);
    if (!entry) {
      const place = tensor.buffer.place === "static" ? "static" : "transient";
      const buffer = this.#buffer(`grad.${tensor.name}`, place, "f32", size(tensor.shape));
      entry = { view: { buffer, start: 0 }, started: false };
      this.#gradients.set(tensor.id, entry);
    }
    const accumulate = entry.started ? 1 : 0;
    entry.started = true;
    return { view: entry.view, accumulate, pointer: writeOrUpdate(entry.view, accumulate) };
  }

  /** Like `contribute`, for kernels that can only add: a gradient with nothing in it yet is zeroed first. */
  sum(tensor: Tensor): Contribution | undefined {
    const to = this.contribute(tensor);
    if (!to || to.accumulate) return to;
    this.emit("fillFloats", [write(to.view), 0, size(tensor.shape)]);
    return { view: to.view, accumulate: 1, pointer: update(to.view) };
  }

  /** Adds a whole buffer to an input's gradient: a copy that the planner removes where it can. */
  pass(from: View, tensor: Tensor): void {
    const to = this.contribute(tensor);
    if (!to) return;
    const n = size(tensor.shape);
    if (to.accumulate) this.emit("addInto", [to.pointer, read(from), n]);
    else this.emit("copyFloats", [write(to.view), read(from), n], [to.view, from]);
  }

  /**
   * Appends the backward pass of `output`, whose gradient is read from `cotangent`
   * (for a loss: one float, 1 or 1/accumulation).
   */
  differentiate(output: Tensor, cotangent: View): void {
    if (this.forwardCalls !== undefined) throw new PlateauError("internal", "a graph is differentiated once");
    this.forwardCalls = this.calls.length;
    this.#gradients.set(output.id, { view: cotangent, started: true });
    for (const { output: tensor, label, backward } of [...this.#tape].reverse()) {
      this.#label = `${label}'`;
      if (this.#gradients.get(tensor.id)?.started) backward();
    }
  }

  #buffer(name: string, place: Place, dtype: DType, length: number, offset = 0): Buffer {
    const buffer: Buffer = { id: this.buffers.length, name, place, dtype, length, offset };
    this.buffers.push(buffer);
    return buffer;
  }

  #tensor(buffer: Buffer, shape: Shape, needsGradient: boolean): Tensor {
    return { id: this.#ids++, name: buffer.name, buffer, start: 0, shape, needsGradient };
  }
}
