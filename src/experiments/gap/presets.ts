export const presetNames = ["quick", "standard", "full"] as const;
export type PresetName = (typeof presetNames)[number];

/** Everything of an experiment but its target and its seed. */
export interface Preset {
  readonly widths: number[];
  readonly depths: number[];
  readonly constructions: string[];
  readonly cells: number[];
  readonly seeds: number;
  readonly steps: number;
  readonly lr: number[];
  readonly boxes: number;
}

const constructions = ["partition", "partition(order=2)", "relu"];

/** By the number of inputs, 1, 2, 3 and more: cells enough that constructions come near the Transformers' parameters. */
const presets: Readonly<Record<PresetName, Omit<Preset, "cells"> & { readonly cells: number[][] }>> = {
  quick: {
    widths: [4, 8],
    depths: [1, 2],
    constructions,
    cells: [
      [8, 32, 128, 512],
      [3, 5, 9, 16],
      [2, 3, 4, 5],
      [2, 3],
    ],
    ...{ seeds: 3, steps: 1000, lr: [1e-4, 1e-3, 1e-2, 1e-1, 3e-1], boxes: 4000 },
  },
  standard: {
    widths: [4, 8, 16, 32],
    depths: [1, 2],
    constructions,
    cells: [
      [8, 32, 128, 512, 2048],
      [3, 5, 8, 13, 20],
      [2, 3, 4, 5, 6],
      [2, 3, 4],
    ],
    ...{ seeds: 4, steps: 2000, lr: [1e-4, 1e-3, 1e-2, 3e-2, 1e-1, 3e-1], boxes: 20_000 },
  },
  full: {
    widths: [4, 8, 16, 32, 64],
    depths: [1, 2, 4],
    constructions,
    cells: [
      [8, 16, 32, 64, 128, 256, 512, 1024, 2048],
      [3, 4, 6, 8, 12, 16, 24, 32],
      [2, 3, 4, 5, 6, 8, 10],
      [2, 3, 4],
    ],
    ...{ seeds: 8, steps: 10_000, lr: [1e-5, 1e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1], boxes: 200_000 },
  },
};

/** What a preset says of a target of so many inputs. */
export function presetOf(name: PresetName, inputs: number): Preset {
  const { cells, ...rest } = presets[name];
  return { ...rest, cells: cells[Math.min(inputs, cells.length) - 1] };
}

/** What a preset leaves out that a larger one has: sentences. */
export function leftOut(name: PresetName, inputs: number): string[] {
  if (name === "full") return [];
  const here = presetOf(name, inputs);
  return presetNames.slice(presetNames.indexOf(name) + 1).map((larger) => {
    const { widths, depths, cells, seeds, steps, lr, boxes } = presetOf(larger, inputs);
    const values = (list: readonly number[]) => `${list[0]} to ${list[list.length - 1]}`;
    return (
      `${larger} has widths ${values(widths)}, depths ${values(depths)}, ${values(cells)} cells a side, ` +
      `${seeds} seeds (here ${here.seeds}), ${lr.length} learning rates (${here.lr.length}), ` +
      `${steps} updates (${here.steps}) and ${boxes} boxes a certificate (${here.boxes})`
    );
  });
}
