import { createTrainer } from "../src/training/create-trainer.js";
import type { Training } from "../src/training/training.js";
import { stepConfigs } from "./configs.js";
import { stepTask } from "./step.js";
import type { Suite, Values } from "./suite.js";

const SLICES = 2;
/** At least; long steps are few in the time that there is. */
const ROUNDS = 7;

const median = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

/**
 * Milliseconds of a training step: of whole batches on one thread (`ms1`), of two slices on one (`sliced1`) and on
 * two threads (`ms2`), in turns; medians, and the speed-up of two threads over one with the same bits
 * (`overSliced`) and over whole batches (`overWhole`).
 */
export const suite: Suite = {
  name: "parallel",
  *cases() {
    for (const config of stepConfigs) {
      yield {
        name: `parallel:${config.name}`,
        async run({ build, seconds }) {
          const make = (slices: number, threads: number) => {
            const { model, data, options } = stepTask(config, { build, slices });
            return createTrainer(model, { kind: "mse" }, data, options, threads);
          };
          const trainers = [await make(1, 1), await make(SLICES, 1), await make(SLICES, 2)];
          try {
            return await compare(trainers, seconds);
          } finally {
            for (const trainer of trainers) await trainer.dispose();
          }
        },
      };
    }
  },
};

async function compare(trainers: readonly Training[], seconds: number): Promise<Values> {
  const times: number[][] = trainers.map(() => []);
  const turn = async (record: boolean) => {
    for (const [i, trainer] of trainers.entries()) {
      const start = performance.now();
      await trainer.step();
      if (record) times[i].push(performance.now() - start);
    }
  };
  // V8 compiles what it finds to be hot in the background: the first steps are slow.
  const warm = performance.now() + 1000 * Math.max(0.2, seconds);
  do await turn(false);
  while (performance.now() < warm);
  const end = performance.now() + 3000 * seconds;
  for (let round = 0; round < ROUNDS || performance.now() < end; round++) await turn(true);
  const [ms1, sliced1, ms2] = times.map(median);
  return { ms1, sliced1, ms2, overSliced: sliced1 / ms2, overWhole: ms1 / ms2 };
}
