export {
  type Analysable,
  type Analysis,
  type AnalyzeOptions,
  analyze,
  analyzeSubject,
  type MeasureOutcome,
  type Reference,
} from "./analysis/analyze.js";
export type { AttentionBlock, AttentionResult, HeadProfile } from "./analysis/attention.js";
export type { CompareResult } from "./analysis/compare.js";
export type { CompareRow, CompareVerdict, Winner } from "./analysis/competitors/compare-table.js";
export type { FitData } from "./analysis/data/failure-predictors.js";
export type { HeldOut } from "./analysis/data/held-out.js";
export type { ErrorNorms } from "./analysis/error-norms.js";
export type { FailureCurve, FailureRateResult, PredictorRates } from "./analysis/failure-curve.js";
export type { Distribution, JacobianOf, JacobianResult } from "./analysis/jacobian.js";
export type { LipschitzLower } from "./analysis/lipschitz/lipschitz-lower.js";
export type { Measure, MeasureContext, Need, Samples, Subject } from "./analysis/measure.js";
export type { Centroids } from "./analysis/metrics/matched.js";
export { type ModelFunctionOptions, modelFunction } from "./analysis/model-function.js";
export type { HolderFit, ModulusCurve, ModulusResult } from "./analysis/modulus.js";
export type { Flat } from "./analysis/paths/plateaus-summary.js";
export type { PieceCount } from "./analysis/pieces/effective-pieces.js";
export type { PlateausResult } from "./analysis/plateaus.js";
export {
  type Doubt,
  describeRate,
  fitRate,
  type RateFit,
  type RateOptions,
  type RatePoint,
} from "./analysis/rates.js";
export { findMeasure, measures } from "./analysis/registry.js";
export type { ClimbMethod } from "./analysis/search/climb.js";
export type { DerivativeError } from "./analysis/search/derivative-error.js";
export type { Supremum } from "./analysis/search/supremum.js";
export {
  type SpectrumHistory,
  type SpectrumRecorder,
  spectrumRecorder,
} from "./analysis/spectra/spectrum-recorder.js";
export type { Spectrum, SpectrumBand, SpectrumOptions, SpectrumResult } from "./analysis/spectrum.js";
export type { Estimate, Interval } from "./analysis/statistics/bootstrap.js";
export type { Curvature } from "./analysis/statistics/line.js";
export { type ErrorCode, PlateauError } from "./errors.js";
export {
  defineExperiment,
  type Experiment,
  type ExperimentConfig,
  type ExperimentInput,
  type Resolved,
} from "./experiments/config.js";
export {
  type BaselineScores,
  type EvaluateOptions,
  evaluationSample,
  type Scores,
  score,
  scoreBaselines,
} from "./experiments/evaluate.js";
export type { FitConfig, FitInput, FitSizes } from "./experiments/fit/config.js";
export {
  type Fit,
  type FitOptions,
  type FitScores,
  fitSubject,
  fitTable,
  type PreparedFit,
} from "./experiments/fit/fit.js";
export type { Initial } from "./experiments/initial.js";
export { type Predictions, type PredictRowsOptions, predictRows } from "./experiments/predict.js";
export {
  type Protocol,
  type ProtocolInput,
  type ProtocolName,
  protocols,
  resolveProtocol,
} from "./experiments/protocol.js";
export {
  evaluate,
  footprint,
  type Judgement,
  type Run,
  type RunOptions,
  type RunResult,
  run,
} from "./experiments/run.js";
export { subjectOf } from "./experiments/subject.js";
export { type CaseResult, type VerifyResult, verify } from "./experiments/verify/index.js";
export { decodeWeights, encodeWeights, weightsSha256 } from "./experiments/weights.js";
export type { Encoding } from "./formats/decode-text.js";
export { type NpyArray, readNpy, writeNpy } from "./formats/npy.js";
export type { Decimal } from "./formats/number-text.js";
export { readSafetensors, type Safetensors, writeSafetensors } from "./formats/safetensors.js";
export {
  type FileArrays,
  type FileDType,
  type FileTensor,
  toFloat32,
  toFloat64,
} from "./formats/tensor.js";
export type * as graph from "./graph/types.js";
export type { Architecture, EmitOptions, Emitted, Extent } from "./nn/architecture.js";
export { type AttentionMaps, attentionMaps } from "./nn/attention-maps.js";
export type { TransformerConfig, TransformerOptions } from "./nn/config.js";
export { type InContextConfig, type InContextOptions, inContext } from "./nn/in-context.js";
export type { Scheme } from "./nn/initialize.js";
export { type MlpConfig, type MlpOptions, mlp } from "./nn/mlp.js";
export {
  type DerivativeProgram,
  Model,
  type ModelOptions,
  type ModelProgram,
  type PredictOptions,
  type StateTensor,
} from "./nn/model.js";
export type { KeptWeights } from "./nn/modules.js";
export { type OnnxOptions, toOnnx } from "./nn/onnx/to-onnx.js";
export { keyMask, type PaddingConvention } from "./nn/padding.js";
export { type PartitionConfig, type PartitionOptions, partition } from "./nn/partition.js";
export { type TabularModelConfig, type TabularModelOptions, tabular } from "./nn/tabular.js";
export { Transformer, transformer } from "./nn/transformer.js";
export type { AbortSignalLike, StopSignal } from "./pause.js";
export type { StreamKey } from "./random/keys.js";
export { type Build, builds, supports } from "./runtime/compile.js";
export type { Engine, EngineMemory, Mark as EngineMark } from "./runtime/engine.js";
export type { CategoricalColumn, Column, NumericColumn, UnusableColumn } from "./tables/column.js";
export type { InputColumn, OutputColumn, TabularColumns } from "./tables/encode.js";
export { describeReading, type NotationOptions, type Reading } from "./tables/reading.js";
export type { Fractions } from "./tables/split.js";
export type { Scale } from "./tables/standardise.js";
export { describeTable, type Table, tableOfRecords } from "./tables/table.js";
export {
  type TabularData,
  type TabularOptions as TabularDataOptions,
  type TabularSplit,
  tabularData,
} from "./tables/tabular-data.js";
export { describeReport, type TabularReport } from "./tables/tabular-report.js";
export { box, type Chart, type Curve, chord, curve, type Domain, type Segment } from "./targets/domain.js";
export { expressionTarget } from "./targets/expression/target.js";
export type { TargetFamily, TargetParameter, TargetValues } from "./targets/family.js";
export { type BatchFunction, type PointwiseFunction, pointwise } from "./targets/function.js";
export { defineTarget, type TargetInput, type TargetRecord } from "./targets/own.js";
export { type Quantisation, quantise } from "./targets/quantisation.js";
export { findTarget, targetFamilies, targets } from "./targets/registry.js";
export { rowsDomain } from "./targets/rows-domain.js";
export type {
  Embedding,
  Formula,
  Range,
  Rows,
  Sample,
  Split,
  Target,
  TargetDefinition,
} from "./targets/target.js";
export { type BoundOptions, type BoundTable, bound } from "./theory/bounds/bound.js";
export {
  type Constant,
  type Constants,
  type ConstantsOptions,
  constantsOf,
} from "./theory/bounds/constants.js";
export { asNumber, type Magnitude, sayMagnitude } from "./theory/bounds/magnitude.js";
export { type HolderLaw, type Rate, rates, type Statement, statements } from "./theory/bounds/rates.js";
export { type ReluCounts, reluCounts } from "./theory/bounds/relu-counts.js";
export {
  holderDelta,
  modulusDelta,
  neededDelta,
  type Resolutions,
  sufficientDelta,
  type TokenExtent,
} from "./theory/bounds/resolution.js";
export type { Route } from "./theory/bounds/routes.js";
export { type YunCounts, type YunShape, yunCounts } from "./theory/bounds/yun-counts.js";
export {
  type Certificate,
  type Certified,
  type CertifyOptions,
  certify,
} from "./theory/certificates/certify.js";
export { type CertifyTaskOptions, certifyConstructed } from "./theory/certificates/certify-constructed.js";
export { type Difference, errorOnBox } from "./theory/certificates/difference.js";
export type { Enclosed, Enclosure } from "./theory/certificates/enclosure.js";
export { networkEnclosure } from "./theory/certificates/network-enclosure.js";
export { type TargetModulus, targetEnclosure } from "./theory/certificates/target-enclosure.js";
export type {
  Constructed,
  Construction,
  ConstructionRate,
  Smoothness,
  Task,
} from "./theory/constructions/construction.js";
export { contraction, descend, type Prompt, promptOf } from "./theory/constructions/in-context/descent.js";
export { constructions, findConstruction } from "./theory/constructions/registry.js";
export { defineTask } from "./theory/constructions/task.js";
export type { BoxMap } from "./theory/constructions/yun/box.js";
export { buildYun, type Stage, type Yun } from "./theory/constructions/yun/build.js";
export type { YunConfig, YunOptions } from "./theory/constructions/yun/grid.js";
export type { AttentionLayer, Layer, TokenLayer } from "./theory/constructions/yun/layers.js";
export { leastGlobal } from "./theory/constructions/yun/least-global.js";
export { yunModel } from "./theory/constructions/yun/model.js";
export { type Distance, distanceAt, type Softened, soften } from "./theory/constructions/yun/softened.js";
export type { ValueMapping } from "./theory/constructions/yun/value.js";
export { type LeastSize, type LeastSizeOptions, leastSize } from "./theory/least-size.js";
export { measuredError } from "./theory/measured-error.js";
export {
  describeMeasuredRate,
  type Exponent,
  largestError,
  type MeasuredRate,
  measureRate,
  type RateLadderOptions,
  type Rung,
  rateTask,
} from "./theory/rate-ladder.js";
export { arrayData, type BatchAddresses, type TrainingData } from "./training/data.js";
export type { LoopOptions, Outcome, Progress } from "./training/loop.js";
export type { Loss } from "./training/losses.js";
export type { OptimizerState } from "./training/optimizer.js";
export type { TrainingInput, TrainingOptions } from "./training/options.js";
export type { Evaluation, TrainingState } from "./training/state.js";
export { type TrainInput, train } from "./training/train.js";
export { Trainer } from "./training/trainer.js";
export type { StepResult, Training } from "./training/training.js";
export { version } from "./version.js";
