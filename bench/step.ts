import { Transformer } from "../src/nn/transformer.js";
import { arrayData } from "../src/training/data.js";
import { trainingOptions } from "../src/training/options.js";
import { Trainer } from "../src/training/trainer.js";
import { testSource } from "../test/kernels/run.js";
import { type StepConfig, stepConfigs } from "./configs.js";
import { digits, median, scaled } from "./statistics.js";
import type { BenchOptions, Suite, Values } from "./suite.js";
import { compare, warmUp } from "./time.js";

/** Model, random data and options of training whose steps are timed. */
export function stepTask(
  { model, batch }: StepConfig,
  { build, dropout = 0, slices = 1 }: { build: BenchOptions["build"]; dropout?: number; slices?: number },
) {
  const rows = 4 * batch;
  const source = testSource(1);
  const data = arrayData(
    source(rows * model.inputTokens * model.inputDim),
    source(rows * model.outputTokens * model.outputDim),
    rows,
  );
  return {
    model: Transformer.create({ ...model, dropout }, { build, seed: 1 }),
    data,
    options: trainingOptions({
      ...{ steps: 1e9, batch, slices },
      ...{ optimizer: "adam", schedule: "constant", lr: 1e-4 },
    }),
  };
}

/** A trainer that does one step after another on random data. */
export function stepTrainer(
  config: StepConfig,
  setting: { build: BenchOptions["build"]; dropout: number },
): Trainer {
  const { model, data, options } = stepTask(config, setting);
  return new Trainer(model, { kind: "mse" }, data, options);
}

/**
 * Milliseconds of a full training step (data, forward, backward, clipping, Adam); what dropout 0.1 adds;
 * and which share of a step goes to GEMM, attention and everything else (`elementwise`, optimizer included).
 */
export const suite: Suite = {
  name: "step",
  *cases() {
    for (const config of stepConfigs) {
      yield {
        name: `step:${config.name}`,
        run({ build, seconds }) {
          const plain = stepTrainer(config, { build, dropout: 0 });
          const dropped = stepTrainer(config, { build, dropout: 0.1 });
          const [step, withDropout] = compare([() => plain.step(), () => dropped.step()], 2 * seconds);
          const cost = median(withDropout.rounds.map((time, i) => time / step.rounds[i]));
          return { msPerStep: scaled(step, 1000), dropout: digits(cost), ...shares(plain, step.median) };
        },
      };
    }
  },
};

const GROUPS: Record<string, RegExp> = { gemm: /^gemm/, attention: /^attention/ };

/** Times every call of a step one by one, many times over. */
function shares(trainer: Trainer, step: number): Values {
  const calls = trainer.program.profiled();
  warmUp(() => trainer.step());
  const rounds = Math.max(5, Math.min(200, Math.ceil(0.5 / step)));
  const samples = calls.map(() => new Float64Array(rounds));
  for (let round = 0; round < rounds; round++) {
    for (const [i, { run }] of calls.entries()) {
      const start = performance.now();
      run();
      samples[i][round] = performance.now() - start;
    }
  }
  const totals: Record<string, number> = { gemm: 0, attention: 0, elementwise: 0 };
  for (const [i, { kernel }] of calls.entries()) {
    const group = Object.keys(GROUPS).find((name) => GROUPS[name].test(kernel)) ?? "elementwise";
    totals[group] += median([...samples[i]]);
  }
  // What a step does outside of its program: gathering the batch, norm, clipping, Adam.
  const inProgram = Object.values(totals).reduce((a, b) => a + b);
  totals["elementwise"] += Math.max(0, 1000 * step - inProgram);
  const all = Math.max(1000 * step, inProgram);
  return Object.fromEntries(Object.entries(totals).map(([name, time]) => [name, digits(time / all)]));
}
