import { PlateauError } from "../errors.js";
import { ALIGNMENT } from "../runtime/engine.js";
import { type Shape, size } from "./tensor.js";

/** What a parameter is for: initialisers choose by it. */
export type Role = "weight" | "bias" | "gain" | "position" | "start";

/** A tensor that training adjusts. */
export interface Parameter {
  /** Its name in the state dict, as PyTorch would call it. */
  readonly name: string;
  readonly shape: Shape;
  readonly role: Role;
  /** Inputs that each output of a weight or bias sums over; what initialisers scale by. */
  readonly fanIn: number;
  /** Which module it belongs to, where initialisers differ ("attention", "linear", …). */
  readonly module: string;
  /** Floats from the start of the model's flat arrays; a multiple of a cache line. */
  readonly offset: number;
}

/** A parameter before it has a place. */
export type Declaration = Omit<Parameter, "offset">;

const LINE = ALIGNMENT / 4;

/** The layout of all parameters of a model in one flat array; gradients and optimizer state mirror it. */
export class Parameters {
  readonly #byName = new Map<string, Parameter>();
  #length = 0;

  /** The parameter of that name, laid out at first sight. */
  declare(declaration: Declaration): Parameter {
    const known = this.#byName.get(declaration.name);
    if (known) {
      if (String(known.shape) !== String(declaration.shape)) {
        throw new PlateauError(
          "internal",
          `${known.name} declared as [${known.shape}] and [${declaration.shape}]`,
        );
      }
      return known;
    }
    const parameter = { ...declaration, offset: this.#length };
    this.#byName.set(parameter.name, parameter);
    this.#length += Math.ceil(size(parameter.shape) / LINE) * LINE;
    return parameter;
  }

  /** A parameter by name. */
  get(name: string): Parameter | undefined {
    return this.#byName.get(name);
  }

  /** In order of declaration, which is the order of PyTorch's state dict. */
  [Symbol.iterator](): IterableIterator<Parameter> {
    return this.#byName.values();
  }

  /** Floats of the flat array, padding included. */
  get length(): number {
    return this.#length;
  }

  /** Numbers of the model, padding excluded. */
  get count(): number {
    let total = 0;
    for (const { shape } of this) total += size(shape);
    return total;
  }
}
