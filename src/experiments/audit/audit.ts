import { requireArguments } from "../../arguments.js";
import { PlateauError } from "../../errors.js";
import { findTarget } from "../../targets/registry.js";
import { counted } from "../../text.js";
import { type CellOutcome, runCells } from "../cells/run-cells.js";
import { conclude } from "../conclude.js";
import type { ExperimentKind, ExperimentOptions } from "../record.js";
import { studiesFile } from "../studies-file.js";
import { type SeedBaselines, trivialBaselines } from "./baselines.js";
import type { Setting } from "./cell.js";
import { type AuditConfig, parseAudit } from "./config.js";
import { designOf, type Training, trainingName, trainingsOf } from "./design.js";
import { EQUAL_SIZE_STUDY, equalSizeBaselines } from "./equal-size.js";
import { type AuditResults, settingResults } from "./results.js";
import { quantisationOf, scales } from "./scales.js";

/** The thirteen questions of the study's protocol, each as a switch whose effect on the conclusions is measured. */
export const audit: ExperimentKind<AuditConfig, AuditResults> = {
  name: "audit",
  description: "what each choice of the study's protocol does to its conclusions",
  parse: parseAudit,

  async run(config, options) {
    requireArguments("audit.run", {
      config: [config, "AuditConfig: targets seeds"],
      options: [options, "ExperimentOptions: folder"],
    });
    const designs = designOf(config);
    const trainings = trainingsOf(designs, config);
    const trained = await trainAll(trainings, config, options);
    const baselines = await allBaselines(config, options);
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
    const studies = [...trainings.map(({ name }) => name), EQUAL_SIZE_STUDY];
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
          const text = `${name}: ${done} of ${counted(total, "training")}`;
          onProgress?.(text, (before + (weight(training) * done) / total) / all);
        },
      },
    );
    before += weight(training);
    const diverged = outcomes.flat().filter(({ state }) => state === "diverged").length;
    onNote?.(
      `${name}: ${counted(cells.length, "cell")} on ${counted(seeds.length, "seed")}${diverged > 0 ? `, ${diverged} diverged` : ""}`,
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

/** Baselines of every setting, by seed. @throws PlateauError `aborted`, after saving; `study`, `io` */
async function allBaselines(
  config: AuditConfig,
  options: ExperimentOptions,
): Promise<(setting: Setting) => readonly SeedBaselines[]> {
  const { targets, dims, classes } = config;
  const { workers, signal, onProgress, onNote } = options;
  const seeds = seedsOf(config);
  const settings = targets.flatMap((target) => dims.map((dim) => ({ target, dim, classes: classes[0] })));
  const rivals = await equalSizeBaselines(studiesFile(options), settings, seeds, config, {
    ...(workers ? { workers } : {}),
    ...(signal ? { signal } : {}),
    onProgress: (done, total) => onProgress?.(`baselines: ${done} of ${total}`, 1),
  });
  onNote?.(`baselines: of ${counted(settings.length, "setting")} on ${counted(seeds.length, "seed")}`);
  const found = new Map<string, SeedBaselines[]>();
  const name = ({ target, dim, classes: K }: Setting) => `${target} ${dim} ${K}`;
  for (const [i, setting] of settings.entries()) {
    for (const [j, seed] of seeds.entries()) {
      if (signal?.aborted) throw new PlateauError("aborted", "interrupted while baselines were fitted");
      const own = await trivialBaselines(setting, config, seed, signal);
      for (const [k, K] of classes.entries()) {
        const at = name({ ...setting, classes: K });
        found.set(at, [...(found.get(at) ?? []), { ...own[k], equalSize: rivals[i][j][k] }]);
      }
    }
  }
  return (setting) => found.get(name(setting))!;
}
