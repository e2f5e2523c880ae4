export { type ErrorCode, PlateauError } from "./errors.js";
export {
  defineExperiment,
  type Experiment,
  type ExperimentInput,
} from "./experiments/config.js";
export {
  type BaselineScores,
  evaluationSample,
  type Scores,
  score,
  scoreBaselines,
} from "./experiments/evaluate.js";
export { type Protocol, type ProtocolInput, protocols, resolveProtocol } from "./experiments/protocol.js";
export {
  evaluate,
  footprint,
  type Judgement,
  type Run,
  type RunOptions,
  type RunResult,
  run,
} from "./experiments/run.js";
export { type CaseResult, type VerifyResult, verify } from "./experiments/verify/index.js";
export { decodeWeights, encodeWeights, weightsSha256 } from "./experiments/weights.js";
export { readSafetensors, type Safetensors, writeSafetensors } from "./formats/safetensors.js";
export { type FileTensor, toFloat32, toFloat64 } from "./formats/tensor.js";
export type { TransformerConfig, TransformerOptions } from "./nn/config.js";
export { type MlpConfig, type MlpOptions, mlp } from "./nn/mlp.js";
export { Model, type ModelOptions, type PredictOptions, type StateTensor } from "./nn/model.js";
export { keyMask, type PaddingConvention } from "./nn/padding.js";
export { Transformer, transformer } from "./nn/transformer.js";
export { type Build, builds, supports } from "./runtime/compile.js";
export { type Quantisation, quantise } from "./targets/quantisation.js";
export { findTarget, targets } from "./targets/registry.js";
export type { Sample, Split, Target } from "./targets/target.js";
export { arrayData, type TrainingData } from "./training/data.js";
export type { LoopOptions, Outcome, Progress } from "./training/loop.js";
export type { Loss } from "./training/losses.js";
export type { TrainingInput, TrainingOptions } from "./training/options.js";
export type { Evaluation, TrainingState } from "./training/state.js";
export { type TrainInput, train } from "./training/train.js";
export { Trainer } from "./training/trainer.js";
export { version } from "./version.js";
