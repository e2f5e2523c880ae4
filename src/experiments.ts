// Experiments of many runs: replications, audits, expressivity against learning. Needs Node's files and threads.
export { audit } from "./experiments/audit/audit.js";
export type { AuditConfig, AuditInput } from "./experiments/audit/config.js";
export type { AuditResults } from "./experiments/audit/results.js";
export { ExperimentFolder } from "./experiments/experiment-folder.js";
export type { GapConfig, GapInput } from "./experiments/gap/config.js";
export { gap } from "./experiments/gap/gap.js";
export type { GapResults } from "./experiments/gap/results.js";
export {
  type Environment,
  type ExperimentKind,
  type ExperimentOptions,
  type ExperimentRecord,
  fingerprintOf,
} from "./experiments/record.js";
export { experimentKinds, findExperiment } from "./experiments/registry.js";
export { findRepeater } from "./experiments/repeat/registry.js";
export type { Repeated, Repeater, RepeatOptions } from "./experiments/repeat/repeater.js";
export type { ReplicationConfig } from "./experiments/replication/config.js";
export { replicate } from "./experiments/replication/replicate.js";
export type { ReplicationResults } from "./experiments/replication/results.js";
