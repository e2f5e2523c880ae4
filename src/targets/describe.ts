import { signature, type TargetFamily, type TargetParameter } from "./family.js";
import type { Range, TargetDefinition } from "./target.js";

/** What there is to know of a family of targets, as plain JSON; of its default target where that depends on parameters. */
export interface TargetDescription {
  name: string;
  /** How it is written, with every parameter at its default. */
  signature: string;
  description: string;
  parameters: TargetParameter[];
  /** Tokens of an input and of an output. */
  inputs: number;
  outputs: number;
  /** Numbers of a token by default. */
  dim: number;
  smoothness: string;
  /** Whether exact derivatives are there. */
  derivative: boolean;
  range: Range;
  /** Intervals of the independent uniform numbers that a coordinate's sample follows from. */
  draws: Range[];
  /** Whether these are the input tokens themselves. */
  box: boolean;
  sizes: TargetDefinition["sizes"];
}

export function describeFamily(family: TargetFamily): TargetDescription {
  const { description, inputs, outputs, dim, smoothness, range, draws, sizes, pullback, embedding } =
    family.make();
  return {
    name: family.name,
    signature: signature(family),
    description,
    parameters: [...family.parameters],
    inputs,
    outputs,
    dim,
    smoothness,
    derivative: pullback !== undefined,
    range,
    draws: [...draws],
    box: embedding === undefined,
    sizes,
  };
}
