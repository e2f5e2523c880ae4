import { kindOf, PlateauError } from "../errors.js";
import type { Parameters } from "../graph/parameters.js";
import { size } from "../graph/tensor.js";

/** One tensor of a state dict. `data` is a copy. */
export interface StateTensor {
  shape: readonly number[];
  data: Float32Array;
}

/**
 * The tensor of each parameter. The names of a bare `torch.nn.Transformer` lack the `transformer.` that ours
 * begin with where the model has more around it: it may be there or not.
 * @throws PlateauError `shape-mismatch` naming tensor, expected and found, or `usage`
 */
export function matchStateDict(
  parameters: Parameters,
  state: ReadonlyMap<string, StateTensor>,
  source: string,
): Map<string, StateTensor> {
  if (typeof state?.get !== "function" || typeof state.keys !== "function") {
    throw new PlateauError(
      "usage",
      `${source} is ${kindOf(state)}: expected a Map of tensors by name, as stateDict() gives, or decodeWeights(bytes, file) of a safetensors file`,
    );
  }
  const found = new Map<string, StateTensor>();
  for (const { name, shape } of parameters) {
    const tensor = state.get(name) ?? state.get(name.replace(/^transformer\./, ""));
    if (!tensor) {
      throw new PlateauError(
        "shape-mismatch",
        `${source} has no tensor ${name}, expected with shape [${shape.join(", ")}]`,
      );
    }
    if (!(tensor.data instanceof Float32Array)) {
      throw new PlateauError(
        "usage",
        `${source}: the data of ${name} is ${kindOf(tensor.data)}: expected a Float32Array, as decodeWeights(bytes, file) makes of any float dtype`,
      );
    }
    if (String(tensor.shape) !== String(shape)) {
      throw new PlateauError(
        "shape-mismatch",
        `${source}: ${name} has shape [${tensor.shape.join(", ")}], expected [${shape.join(", ")}]`,
      );
    }
    if (tensor.data.length !== size(shape)) {
      throw new PlateauError(
        "shape-mismatch",
        `${source}: ${name} has ${tensor.data.length} numbers, expected ${size(shape)}`,
      );
    }
    found.set(name, tensor);
  }
  const known = new Set([...parameters].flatMap(({ name }) => [name, name.replace(/^transformer\./, "")]));
  const foreign = [...state.keys()].filter((name) => !known.has(name));
  if (foreign.length > 0) {
    throw new PlateauError(
      "shape-mismatch",
      `${source}: this model has no parameter ${foreign.slice(0, 3).join(", ")}`,
    );
  }
  return found;
}
