import { statSync } from "node:fs";
import { join } from "node:path";
import { objectives, type TrainingStudyInput, trainingStudy } from "../../src/experiments/sweep/open.js";
import { streamKey } from "../../src/random/keys.js";
import { uniform64 } from "../../src/random/uniform.js";
import { defineStudy, type StudyInput } from "../../src/sweep/definition.js";
import { kindsOf } from "../../src/sweep/kinds.js";
import { Guide } from "../../src/sweep/run/guide.js";
import { newOwner } from "../../src/sweep/storage/owner.js";
import { openSqlite } from "../../src/sweep/storage/sqlite.js";
import type { StudyStorage } from "../../src/sweep/storage/storage.js";
import { Study, type StudyRunOptions } from "../../src/sweep/study.js";
import { redisIsThere } from "../../test/support/redis-server.js";
import { median } from "../statistics.js";
import type { BenchCase, Suite, Values } from "../suite.js";
import { inFolder } from "./in-folder.js";
import { overRedis } from "./over-redis.js";

const NOTHING = new URL("./nothing.js", import.meta.url).href;
const space = {
  parameters: {
    x: { type: "uniform", low: 0, high: 1 },
    lr: { type: "log-uniform", low: 1e-5, high: 1e-1 },
    layers: { type: "integer", low: 1, high: 6 },
    heads: [1, 2, 4, 8],
    dropout: { type: "uniform", low: 0, high: 0.5 },
  },
} as const;

/**
 * What sweeps cost beside training: how much faster two workers are than one, milliseconds a trial, suggest and
 * tell with 1,000 and 100,000 trials behind them, opening a study, and the memory of a long one.
 */
export const suite: Suite = {
  name: "sweep",
  *cases() {
    yield { name: "sweep:overhead", run: overhead };
    if (redisIsThere) yield* overRedis;
    yield scaling("B", { dim: 32, dModel: 32, ff: 64, heads: 4, layers: 2, steps: 250 });
    yield scaling("D", { dim: 128, dModel: 128, ff: 256, heads: 8, layers: 4, steps: 10 });
    for (const sampler of ["random", "tpe"]) yield growth(sampler);
    yield { name: "sweep:memory", run: memory };
  },
};

/** Seconds from the end of the first trials, by which all threads run, to the end of the last, and how many ended. */
export async function timed(
  study: Study,
  options: StudyRunOptions,
): Promise<{ seconds: number; trials: number }> {
  const ends: number[] = [];
  for await (const _ of study.run(options)) ends.push(performance.now());
  const warm = options.workers ?? 1;
  return { seconds: (ends.at(-1)! - ends[warm - 1]) / 1000, trials: ends.length - warm };
}

/** Trials that do nothing, and what a sweep adds to trials of one second. */
function overhead(): Promise<Values> {
  return inFolder(async (folder) => {
    const input: StudyInput = { name: "a", space, sampler: "random" };
    const empty = await Study.open(join(folder, "a.sqlite"), input);
    const nothing = await timed(empty, { trials: 500, workers: 1, objective: NOTHING });
    empty.close();
    const task = { milliseconds: 1000 };
    const seconds = await Study.open(join(folder, "b.sqlite"), {
      ...input,
      sampler: "tpe",
      pruner: "asha",
      task,
    });
    const second = await timed(seconds, { trials: 9, workers: 1, objective: NOTHING });
    seconds.close();
    return {
      "ms a trial": (1000 * nothing.seconds) / nothing.trials,
      "share at 1 s": second.seconds / second.trials - 1,
    };
  });
}

/** Trials a minute with two workers over those with one, in turns. */
function scaling(name: string, experiment: TrainingStudyInput["experiment"]): BenchCase {
  return {
    name: `sweep:scaling:${name}`,
    run: () =>
      inFolder(async (folder) => {
        const input = trainingStudy({
          ...{ name: "a", target: "m4n3", sampler: "random", test: false },
          space: { parameters: { lr: { type: "log-uniform", low: 1e-4, high: 1e-2 } } },
          experiment: { ...experiment, evaluateEvery: 0, validationRows: 256 },
        });
        const rates: number[][] = [[], []];
        for (let round = 0; round < 3; round++) {
          for (const workers of [1, 2]) {
            const file = join(folder, `${round}-${workers}.sqlite`);
            const study = await Study.open(file, input, objectives);
            const { seconds, trials } = await timed(study, { trials: 4 * workers + workers, workers });
            study.close();
            rates[workers - 1].push((60 * trials) / seconds);
          }
        }
        const [one, two] = rates.map(median);
        return {
          "one/min": one,
          "two/min": two,
          ratio: median(rates[1].map((rate, i) => rate / rates[0][i])),
        };
      }),
  };
}

/** Suggesting a trial and telling how it ended, with 1,000 and 100,000 trials behind it; opening that study. */
function growth(sampler: string): BenchCase {
  return {
    name: `sweep:growth:${sampler}`,
    run: () =>
      inFolder(async (folder) => {
        const cost: Record<string, number> = {};
        for (const trials of [1000, 100_000]) {
          const file = join(folder, `${trials}.sqlite`);
          const storage = openSqlite(file);
          fill(storage.create(defineStudy({ name: "a", space, sampler: { name: sampler } })), trials);
          storage.close();
          const begin = performance.now();
          const again = openSqlite(file);
          const study = again.find("a")!;
          const { best } = await Study.open(file, { name: "a" });
          if (!best) throw new Error("no best trial");
          if (trials === 100_000) cost["open ms"] = performance.now() - begin;
          const first = performance.now();
          const guide = new Guide(study, kindsOf());
          suggestAndTell(guide, study, trials);
          if (trials === 100_000) cost["first suggestion ms"] = performance.now() - first;
          const times = Array.from({ length: 300 }, (_, i) => {
            const start = performance.now();
            suggestAndTell(guide, study, trials + 1 + i);
            return performance.now() - start;
          });
          cost[`ms at ${trials}`] = median(times);
          if (trials === 100_000) cost["file MB"] = statSync(file).size / 1e6;
          again.close();
        }
        return { ...cost, ratio: cost["ms at 100000"] / cost["ms at 1000"] };
      }),
  };
}

const owner = newOwner();

function suggestAndTell(guide: Guide, study: StudyStorage, number: number): void {
  const parameters = guide.suggest(number)!;
  study.add(number, { parameters, seeds: [number] }, owner);
  const value = Number(parameters["x"]);
  study.replicate(number, 0, { seed: number, value }, owner);
  study.finish(number, { state: "complete", value, replicates: [], seconds: 1 }, owner);
}

/** A study of random trials, as they are stored. */
function fill(study: StudyStorage, trials: number): void {
  const u = uniform64(streamKey(0, "bench/sweep"), 0, 5 * trials);
  for (let n = 0; n < trials; n++) {
    const [x, a, b, c, dropout] = u.subarray(5 * n, 5 * n + 5);
    const parameters = {
      x,
      lr: 1e-5 + 0.09 * a,
      layers: 1 + Math.floor(6 * b),
      heads: 2 ** Math.floor(4 * c),
      dropout: dropout / 2,
    };
    study.add(n, { parameters, seeds: [n] }, owner);
    study.replicate(n, 0, { seed: n, value: x }, owner);
    study.finish(n, { state: "complete", value: x, replicates: [], seconds: 1 }, owner);
  }
}

/** The main process over 10,000 trials: its memory after 2,000 and at the end. */
function memory(): Promise<Values> {
  return inFolder(async (folder) => {
    const study = await Study.open(join(folder, "a.sqlite"), { name: "a", space, sampler: "tpe" });
    const resident: number[] = [];
    let ended = 0;
    for await (const _ of study.run({ trials: 10_000, workers: 2, objective: NOTHING })) {
      if (++ended % 500 === 0) resident.push(process.memoryUsage().rss / 1e6);
    }
    study.close();
    return { "MB at 2000": resident[3], "MB at 10000": resident.at(-1)!, "most MB": Math.max(...resident) };
  });
}
