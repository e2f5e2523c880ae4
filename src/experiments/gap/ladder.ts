import { PlateauError } from "../../errors.js";
import { layout } from "../../nn/model.js";
import { findTarget } from "../../targets/registry.js";
import { type Construction, NO_MODEL } from "../../theory/constructions/construction.js";
import { checkOptions, constructSpec, parseSpec, specText } from "../../theory/constructions/spec.js";
import { defineTask } from "../../theory/constructions/task.js";
import { defineExperiment, type ExperimentInput } from "../config.js";
import type { GapConfig } from "./config.js";

/** A Transformer of the ladder. */
export interface TransformerSize {
  readonly width: number;
  /** Encoder layers, and as many decoder layers. */
  readonly depth: number;
  readonly parameters: number;
}

/** A constructed network of the ladder. */
export interface ConstructedSize {
  /** Construction and options, `partition(order=2)`. */
  readonly family: string;
  /** The same with its size and all options: what `init` takes behind `construct:`. */
  readonly spec: string;
  /** Parts of a side of the box. */
  readonly cells: number;
  /** In the construction's own unit. */
  readonly size: number;
  readonly layers: number;
  /** All that training may change, those that are 0 among them. */
  readonly parameters: number;
}

/** What was to be looked at and cannot be. */
export interface Omitted {
  readonly what: string;
  readonly why: string;
}

export interface Ladder {
  /** By their parameters. */
  readonly transformers: readonly TransformerSize[];
  /** By family, then by their parameters. */
  readonly constructed: readonly ConstructedSize[];
  readonly omitted: readonly Omitted[];
}

/** A construction with those of its options that are not the default, without a size. */
export function familyText(construction: Construction, options: Record<string, unknown>): string {
  const usual = checkOptions(construction, {});
  const own = Object.entries(options).filter(([name, value]) => value !== usual[name]);
  return own.length === 0 ? construction.name : specText({ construction, options: Object.fromEntries(own) });
}

/** Options that all trainings of an experiment share: the same budget for each. */
export function trainingOf({ target, steps, batch }: GapConfig): Omit<ExperimentInput, "seed"> {
  // Ten validations, however long training is; test rows are points at which errors are looked for, too.
  return { target, dim: 1, steps, batch, evaluateEvery: Math.ceil(steps / 10), testRows: 2048 };
}

/** The sizes of an experiment, with those that cannot be built left out. @throws PlateauError `usage` where none is left */
export function ladderOf(config: GapConfig): Ladder {
  const omitted: Omitted[] = [];
  const unless = <T>(what: string, make: () => T): T[] => {
    try {
      return [make()];
    } catch (error) {
      if (!(error instanceof PlateauError)) throw error;
      omitted.push({ what, why: error.message });
      return [];
    }
  };
  const transformers = config.widths.flatMap((width) =>
    config.depths.flatMap((depth) =>
      unless(`Transformer of width ${width}, depth ${depth}`, () => {
        const { architecture } = defineExperiment({ ...trainingOf(config), dModel: width, layers: depth });
        return { width, depth, parameters: layout(architecture).count };
      }),
    ),
  );
  const constructed = config.constructions.flatMap((family) => {
    const sizes = config.cells.flatMap((cells) =>
      unless(`${family} of ${cells} cells a side`, () => constructedSize(config.target, family, cells)),
    );
    // Some constructions have no more than some sizes.
    return sizes
      .filter(({ spec }, i) => sizes.findIndex((one) => one.spec === spec) === i)
      .sort(byParameters);
  });
  if (transformers.length + constructed.length === 0) {
    throw new PlateauError("usage", `gap: nothing is left to look at: ${omitted[0].what}: ${omitted[0].why}`);
  }
  return { transformers: transformers.sort(byParameters), constructed, omitted };
}

const byParameters = (a: { parameters: number }, b: { parameters: number }) => a.parameters - b.parameters;

/** @throws PlateauError where there is no such network */
function constructedSize(target: string, family: string, cells: number): ConstructedSize {
  const task = defineTask(findTarget(target), 1);
  const { construction, options } = parseSpec(family);
  const asked = { construction, size: construction.ladder(task, cells - 1), options };
  const { size, layers, parameters, model, notes = [] } = constructSpec(asked, task);
  if (!model) {
    const why = notes.find((one) => one.startsWith(NO_MODEL));
    throw new PlateauError("usage", why ?? "no network of the engine, so nothing that can be trained");
  }
  const spec = specText({ ...asked, size });
  return { family, spec, cells, size, layers, parameters: model.parameterCount ?? parameters };
}
