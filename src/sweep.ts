// Hyperparameter sweeps: studies in SQLite, trials on worker threads. Needs Node's files and threads.
import { openStudy } from "./experiments/sweep/open.js";
import type { Study as SweepStudy } from "./sweep/study.js";

export type { TrainedResult } from "./experiments/sweep/objective.js";
export { type TrainingStudyInput, trainingStudy } from "./experiments/sweep/open.js";
export { findPreset, type Preset, presets } from "./experiments/sweep/presets.js";
export { runWorker } from "./experiments/sweep/worker.js";
export type { ConformanceCase } from "./sweep/conformance.js";
export { defineStudy, type Named, type StudyDefinition, type StudyInput } from "./sweep/definition.js";
export type { DefinitionMaker, ObjectiveNames } from "./sweep/definition-maker.js";
export { BrokenExecutor } from "./sweep/executors/broken.js";
export {
  type BullmqOptions,
  bullmqExecutor,
  type SpreadStudy,
} from "./sweep/executors/bullmq/executor.js";
export { bullmqQueue } from "./sweep/executors/bullmq/names.js";
export type { WorkerOptions } from "./sweep/executors/bullmq/worker.js";
export { type ConformanceObjective, executorConformance } from "./sweep/executors/conformance.js";
export type { Executor, JobOutcome, TrialEvents, TrialJob } from "./sweep/executors/executor.js";
export { inlineExecutor } from "./sweep/executors/inline.js";
export { type ThreadsOptions, threadsExecutor } from "./sweep/executors/threads.js";
export {
  type Cell as TrialCell,
  type ExportedTrial,
  exportTrials,
  type TrialTable,
  trialTable,
} from "./sweep/export.js";
export type { Importance, ImportanceOptions } from "./sweep/insight/importance.js";
export type { Insight, InsightInput, InsightTrial } from "./sweep/insight/insight.js";
export { findInsight, insights } from "./sweep/insight/registry.js";
export type { OwnKinds } from "./sweep/kinds.js";
export { type Merged, type MergeOptions, mergeShards } from "./sweep/merge.js";
export type { Objective, ObjectiveContext, ObjectiveModule, ObjectiveResult } from "./sweep/objective.js";
export { type PrunerConformanceOptions, prunerConformance } from "./sweep/pruners/conformance.js";
export type { Decision, Judge, Pruner, PrunerContext, PrunerDefinition } from "./sweep/pruners/pruner.js";
export { findPruner, pruners } from "./sweep/pruners/registry.js";
export type { AskedTrial } from "./sweep/run/ask.js";
export type { ExecutionOptions, StudyEvent } from "./sweep/run/execution.js";
export { type SamplerConformanceOptions, samplerConformance } from "./sweep/samplers/conformance.js";
export { findSampler, samplers } from "./sweep/samplers/registry.js";
export type { Sampler, SamplerContext, SamplerDefinition } from "./sweep/samplers/sampler.js";
export type { Constraint } from "./sweep/space/constraint.js";
export type {
  Parameter,
  ParameterKind,
  ParameterSpec,
  Parameters,
  ParameterValue,
  When,
} from "./sweep/space/parameter.js";
export { readConfigFile } from "./sweep/space/read.js";
export { Space, type SpaceInput } from "./sweep/space/space.js";
export { storageConformance } from "./sweep/storage/conformance.js";
export { isGone, newOwner, ownerText, retire } from "./sweep/storage/owner.js";
export { type OpenOptions, openSqlite } from "./sweep/storage/sqlite.js";
export type {
  Breakdown,
  Owner,
  Storage,
  StoredTrial,
  StoredTrial as Trial,
  StudyStorage,
  StudySummary,
  TrialProgress,
  TrialRecord,
} from "./sweep/storage/storage.js";
export type { StudyRunOptions } from "./sweep/study.js";
export type {
  Direction,
  EndedState,
  Ending,
  Observation,
  Replicate,
  Report,
  ReportedTrial,
  TrialError,
  TrialState,
} from "./sweep/trial.js";

/** A study: `Study.open(file, { name, target, space, … })`. */
export type Study = SweepStudy;
/** Opens studies: `await Study.open(file, { name, target, space, … })`. */
export const Study = {
  /**
   * Opens a study, or makes one: of trained models where it has a target, else of whatever objective it names or
   * is run with. Of one that there is, what is not given is as it was.
   * @throws PlateauError `usage`, `unknown-name`, `io`, `study`
   */
  open: openStudy,
};
