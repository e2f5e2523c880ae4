// Experiments of many runs: replications, audits, expressivity against learning. Needs Node's files and threads.

export type {
  Answers as AuditAnswers,
  Dropout as AuditDropout,
  Field as AuditField,
  Mode as AuditMode,
  Start as AuditStart,
} from "./experiments/audit/answers.js";
export { audit } from "./experiments/audit/audit.js";
export type {
  BaselineScore as AuditBaselineScore,
  SeedBaselines as AuditSeedBaselines,
  TrivialBaselines as AuditTrivialBaselines,
} from "./experiments/audit/baselines.js";
export type { Setting as AuditSetting } from "./experiments/audit/cell.js";
export type { ConclusionName as AuditConclusionName } from "./experiments/audit/conclusions.js";
export type { AuditConfig, AuditInput } from "./experiments/audit/config.js";
export type { Effect as AuditEffect } from "./experiments/audit/effects.js";
export type { EqualSize as AuditEqualSize } from "./experiments/audit/equal-size.js";
export type {
  Contrast as AuditContrast,
  Factorial as AuditFactorial,
} from "./experiments/audit/factorial.js";
export type { Paired as AuditPaired } from "./experiments/audit/paired.js";
export type { ResponseName as AuditResponseName } from "./experiments/audit/responses.js";
export type {
  AuditResults,
  CellResults as AuditCellResults,
  SettingResults as AuditSettingResults,
} from "./experiments/audit/results.js";
export type {
  BeatsTrivial as AuditBeatsTrivial,
  TrivialAnswer as AuditTrivialAnswer,
} from "./experiments/audit/verdicts/beats-trivial.js";
export type {
  Largest as AuditLargest,
  Ranked as AuditRanked,
} from "./experiments/audit/verdicts/largest-switch.js";
export type {
  Piecewise as AuditPiecewise,
  PiecewiseAnswer as AuditPiecewiseAnswer,
} from "./experiments/audit/verdicts/piecewise-constant.js";
export type {
  SingleSeeds as AuditSingleSeeds,
  WithoutBaselines as AuditWithoutBaselines,
} from "./experiments/audit/verdicts/readings.js";
export type {
  Claim as AuditClaim,
  Harder as AuditHarder,
  HarderAnswer as AuditHarderAnswer,
} from "./experiments/audit/verdicts/regression-harder.js";
export type {
  SettingVerdicts as AuditSettingVerdicts,
  TrivialVerdicts as AuditTrivialVerdicts,
} from "./experiments/audit/verdicts.js";
export { ExperimentFolder } from "./experiments/experiment-folder.js";
export type {
  Answer as GapAnswer,
  KindAnswer as GapKindAnswer,
  SizeAnswer as GapSizeAnswer,
  SizeVerdict as GapSizeVerdict,
} from "./experiments/gap/answer.js";
export type { GapConfig, GapInput } from "./experiments/gap/config.js";
export type { ConstructedErrors as GapConstructedErrors } from "./experiments/gap/constructed/objective.js";
export type { Ensemble as GapEnsemble, Trained as GapTrained } from "./experiments/gap/ensemble.js";
export type { Comparison as GapComparison, Factor as GapFactor } from "./experiments/gap/factor.js";
export type { Change as GapChange, Further as GapFurther } from "./experiments/gap/further.js";
export { gap } from "./experiments/gap/gap.js";
export type {
  ConstructedSize as GapConstructedSize,
  Omitted as GapOmitted,
  TransformerSize as GapTransformerSize,
} from "./experiments/gap/ladder.js";
export type {
  ConstructedRung as GapConstructedRung,
  Curve as GapCurve,
  GapResults,
  Slope as GapSlope,
  TransformerRung as GapTransformerRung,
} from "./experiments/gap/results.js";
export type { KnownSmoothness as GapKnownSmoothness } from "./experiments/gap/smoothness.js";
export {
  type Environment,
  type ExperimentKind,
  type ExperimentOptions,
  type ExperimentRecord,
  fingerprintOf,
} from "./experiments/record.js";
export { experimentKinds, findExperiment } from "./experiments/registry.js";
export type { Parts } from "./experiments/repeat/parts.js";
export { findRepeater } from "./experiments/repeat/registry.js";
export type { Repeated, Repeater, RepeatInput, RepeatOptions } from "./experiments/repeat/repeater.js";
export type {
  Trivial as ReplicationTrivial,
  TrivialScores as ReplicationTrivialScores,
} from "./experiments/replication/baselines.js";
export type {
  Positions as ReplicationPositions,
  ReplicationConfig,
  StudyTarget as ReplicationStudyTarget,
} from "./experiments/replication/config.js";
export type { ReplicationPreset } from "./experiments/replication/presets.js";
export { replicate } from "./experiments/replication/replicate.js";
export type {
  Mean as ReplicationMean,
  Replica as ReplicationReplica,
  ReplicationResults,
  SettingResult as ReplicationSettingResult,
  SweepOutcome as ReplicationSweepOutcome,
} from "./experiments/replication/results.js";
export type { Setting as ReplicationSetting } from "./experiments/replication/settings.js";
export type { Parameters, ParameterValue } from "./sweep/space/parameter.js";
