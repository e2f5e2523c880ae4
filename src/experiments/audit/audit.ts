import { PlateauError } from "../../errors.js";
import { findTarget } from "../../targets/registry.js";
import { type CellOutcome, runCells } from "../cells/run-cells.js";
import { conclude, studiesFile } from "../conclude.js";
import type { ExperimentKind, ExperimentOptions } from "../record.js";
import { type SeedBaselines, seedBaselines } from "./baselines.js";
import type { Setting } from "./cell.js";
import { type AuditConfig, parseAudit } from "./config.js";
import { designOf, type Training, trainingName, trainingsOf } from "./design.js";
import { type AuditResults, settingResults } from "./results.js";
import { quantisationOf, scales } from "./scales.js";

/** The thirteen questions of the study's protocol, each as a switch whose effect on the conclusions is measured. */
export const audit: ExperimentKind<AuditConfig, AuditResults> = {
  name: "audit",
  description: "what each choice of the study's protocol does to its conclusions",
  parse: parseAudit,

  async run(config, options) {
    const designs = designOf(config);
    const trainings = trainingsOf(designs, config);
    const trained = await trainAll(trainings, config, options);
    options.onProgress?.("fitting baselines", 1);
    const baselines = await allBaselines(config, options.signal);
    const results: AuditResults = {
      settings: designs.map((design) => {
        const { setting } = design;
        return settingResults(
          design,
          ({ mode, key }) => trained.get(trainingName(mode, setting))!(key),
          baselines(setting),
        );
      }),
    };
    const studies = trainings.map(({ name }) => name);
    return conclude(audit, config, results, studies, options);
  },
};

/** The seeds that every cell is trained on. */
export function seedsOf({ seed, seeds }: Pick<AuditConfig, "seed" | "seeds">): number[] {
  return Array.from({ length: seeds }, (_, i) => seed + i);
}

/** Outcomes by seed of every cell, by study and the cell's key. */
type Trained = ReadonlyMap<string, (key: string) => readonly CellOutcome[]>;

async function trainAll(
  trainings: readonly Training[],
  config: AuditConfig,
  options: ExperimentOptions,
): Promise<Trained> {
  const { workers, signal, onProgress, onNote } = options;
  const storage = studiesFile(options);
  const seeds = seedsOf(config);
  const all = trainings.reduce((sum, one) => sum + weight(one), 0);
  let before = 0;
  const trained = new Map<string, (key: string) => readonly CellOutcome[]>();
  for (const training of trainings) {
    const { name, cells, index, setting, mode } = training;
    const { range } = findTarget(setting.target);
    const measures = { ...(mode === "regression" ? plateausAt(setting, config) : {}) };
    const outcomes = await runCells(
      storage,
      {
        ...{ name, cells, seeds, measures },
        scales: config.classes.flatMap((K) => scales.map((scale) => quantisationOf(scale, K, range))),
      },
      {
        ...(workers ? { workers } : {}),
        ...(signal ? { signal } : {}),
        onProgress(done, total) {
          const text = `${name}: ${done} of ${total} trainings`;
          onProgress?.(text, (before + (weight(training) * done) / total) / all);
        },
      },
    );
    before += weight(training);
    const diverged = outcomes.flat().filter(({ state }) => state === "diverged").length;
    onNote?.(
      `${name}: ${cells.length} cells on ${seeds.length} seeds${diverged > 0 ? `, ${diverged} diverged` : ""}`,
    );
    trained.set(name, (key) => outcomes[index.get(key)!]);
  }
  return trained;
}

/** Options of measures: nothing where no plateaus are measured. */
interface PlateauOptions {
  plateaus?: { segments: number; samples: number };
}

/** What is measured of plateaus: with more numbers a token fewer points, or none. */
export function plateausAt({ dim }: Pick<Setting, "dim">, { plateaus }: AuditConfig): PlateauOptions {
  const { segments, samples, mostDim } = plateaus;
  if (segments === 0 || dim > mostDim) return {};
  const least = Math.min(64, samples);
  return { plateaus: { segments, samples: Math.max(least, Math.floor((16 * samples) / Math.max(16, dim))) } };
}

/** How long trainings take, in units of no meaning: with the square of their width. */
function weight({ setting: { dim }, cells }: Training): number {
  const width = Math.max(32, dim);
  return cells.length * width * width;
}

/** Baselines of every setting, by seed. @throws PlateauError `aborted` */
async function allBaselines(
  config: AuditConfig,
  signal: AbortSignal | undefined,
): Promise<(setting: Setting) => readonly SeedBaselines[]> {
  const { targets, dims, classes } = config;
  const found = new Map<string, SeedBaselines[]>();
  const name = ({ target, dim, classes: K }: Setting) => `${target} ${dim} ${K}`;
  for (const target of targets) {
    for (const dim of dims) {
      for (const seed of seedsOf(config)) {
        if (signal?.aborted) throw new PlateauError("aborted", "interrupted while baselines were fitted");
        const own = await seedBaselines({ target, dim }, config, seed, signal);
        for (const [k, K] of classes.entries()) {
          const at = name({ target, dim, classes: K });
          found.set(at, [...(found.get(at) ?? []), own[k]]);
        }
      }
    }
  }
  return (setting) => found.get(name(setting))!;
}
