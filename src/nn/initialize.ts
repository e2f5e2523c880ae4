import type { Parameter } from "../graph/parameters.js";
import { size } from "../graph/tensor.js";
import { streamKey } from "../random/keys.js";
import type { Engine } from "../runtime/engine.js";

/** How weights are drawn: the names that there are. */
export const schemes = [
  "pytorch",
  "xavier-uniform",
  "xavier-normal",
  "kaiming-uniform",
  "kaiming-normal",
  "zero",
] as const;
/**
 * How weight matrices begin. `pytorch`: what the modules of PyTorch do (Xavier uniform inside
 * `nn.Transformer` and in the input projections of attention, U(±1/√fanIn) in `nn.Linear`). Gains begin at 1; biases at 0, but for `pytorch`
 * those of linear layers at U(±1/√fanIn). Xavier: Glorot & Bengio 2010; Kaiming: He et al. 2015
 * (arXiv 1502.01852), fan-in mode.
 */
export type Scheme = (typeof schemes)[number];

type Distribution = { low: number; high: number } | { std: number } | { value: number };

/** The distribution that a parameter's numbers are drawn from. */
export function distribution(parameter: Parameter, scheme: Scheme): Distribution {
  const { name, role, module, fanIn, shape } = parameter;
  const uniform = (bound: number): Distribution => ({ low: -bound, high: bound });
  switch (role) {
    case "gain":
      return { value: 1 };
    case "start":
    case "position":
      return { std: role === "start" ? 1 : 0.02 };
    case "bias":
      return scheme === "pytorch" && module === "linear" ? uniform(1 / Math.sqrt(fanIn)) : { value: 0 };
  }
  const fanOut = shape[0];
  switch (scheme) {
    case "pytorch":
      return name.startsWith("transformer.") || name.endsWith("in_proj_weight")
        ? uniform(Math.sqrt(6 / (fanIn + fanOut)))
        : uniform(1 / Math.sqrt(fanIn));
    case "xavier-uniform":
      return uniform(Math.sqrt(6 / (fanIn + fanOut)));
    case "xavier-normal":
      return { std: Math.sqrt(2 / (fanIn + fanOut)) };
    case "kaiming-uniform":
      return uniform(Math.sqrt(6 / fanIn));
    case "kaiming-normal":
      return { std: Math.sqrt(2 / fanIn) };
    case "zero":
      return { value: 0 };
  }
}

/**
 * Fills one parameter at `address`. Each has a stream of its own, named after it, so adding a
 * parameter to a model leaves the others' numbers as they were.
 */
export function initialize(
  engine: Engine,
  parameter: Parameter,
  address: number,
  scheme: Scheme,
  seed: number,
): void {
  const { kernels } = engine;
  const n = size(parameter.shape);
  const chosen = distribution(parameter, scheme);
  const { key0, key1 } = streamKey(seed, `initialize/${parameter.name}`);
  if ("value" in chosen) kernels.fillFloats(address, chosen.value, n);
  else if ("std" in chosen) kernels.randomNormal(address, n, 0, chosen.std, key0, key1, 0, 0);
  else kernels.randomUniform(address, n, chosen.low, chosen.high, key0, key1, 0, 0);
}
