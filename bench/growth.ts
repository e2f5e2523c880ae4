import { fitRate } from "../src/analysis/rates.js";
import { type StepConfig, stepConfigs } from "./configs.js";
import { digits, scaled, type Timing } from "./statistics.js";
import { stepTrainer } from "./step.js";
import type { BenchCase, BenchOptions, Suite, Values } from "./suite.js";
import { compare } from "./time.js";

/** Changed from config B, one size at a time: d, feed-forward width and heads go together. */
const base = stepConfigs.find(({ name }) => name === "B")!;

const ladders: Record<string, { sizes: readonly number[]; at: (size: number) => StepConfig }> = {
  batch: { sizes: [16, 32, 64, 128, 256, 512], at: (batch) => ({ ...base, batch }) },
  d: { sizes: [16, 32, 64, 128, 256], at: (d) => changed(widthOf(d)) },
  layers: {
    sizes: [1, 2, 4, 8],
    at: (layers) => changed({ encoderLayers: layers, decoderLayers: layers }),
  },
  length: {
    sizes: [8, 16, 32, 64, 128],
    at: (length) => ({ ...changed({ inputTokens: length, outputTokens: length }), batch: 16 }),
  },
};

function changed(model: Partial<StepConfig["model"]>): StepConfig {
  return { ...base, model: { ...base.model, ...model } };
}

function widthOf(d: number): Partial<StepConfig["model"]> {
  return { inputDim: d, targetDim: d, outputDim: d, dModel: d, ff: 2 * d, heads: d / 8 };
}

/**
 * How the time of a step grows from config B on: `exponent` e of ms ~ sizeᵉ with its 95% interval (low, high),
 * over the whole ladder; and ms at each size. `growth:parameters` goes through widths and layers, by parameters.
 */
export const suite: Suite = {
  name: "growth",
  *cases() {
    for (const [name, { sizes, at }] of Object.entries(ladders)) {
      yield ladder(
        name,
        sizes.map((size) => ({ size, config: at(size) })),
      );
    }
    yield parameters();
  },
};

interface Step {
  readonly size: number;
  readonly config: StepConfig;
}

function ladder(name: string, steps: readonly Step[]): BenchCase {
  return {
    name: `growth:${name}`,
    run: (options) => fitted(name, measured(steps, options)),
  };
}

function parameters(): BenchCase {
  return {
    name: "growth:parameters",
    run(options) {
      const configs = [32, 64, 128, 256].map((d) => changed(widthOf(d)));
      const deep = [4, 8].map((layers) => changed({ encoderLayers: layers, decoderLayers: layers }));
      const steps = [...configs, ...deep].map((config) => ({
        size: stepTrainer(config, { build: options.build, dropout: 0 }).model.parameterCount,
        config,
      }));
      return fitted("parameters", measured(steps, options));
    },
  };
}

function measured(steps: readonly Step[], { build, seconds }: BenchOptions): { size: number; ms: Timing }[] {
  const trainers = steps.map(({ config }) => stepTrainer(config, { build, dropout: 0 }));
  const times = compare(
    trainers.map((trainer) => () => void trainer.step()),
    seconds,
  );
  return times.map((time, i) => ({ size: steps[i].size, ms: scaled(time, 1000) }));
}

function fitted(name: string, points: readonly { size: number; ms: Timing }[]): Values {
  const fit = fitRate(
    points.map(({ size, ms }) => ({ size, error: ms.median })),
    { size: name },
  );
  // A rate falls with size, a cost grows.
  const { value, low, high } = fit.exponent;
  return {
    exponent: digits(-value),
    low: digits(-high),
    high: digits(-low),
    ...Object.fromEntries(points.map(({ size, ms }) => [`ms at ${size}`, ms])),
  };
}
