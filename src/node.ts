// What needs Node's file system: kept apart, so that pages can import the rest.

export type { BegunFit } from "./experiments/fit/directory.js";
export { type FitDescription, fitOnnx, fitSafetensors } from "./experiments/fit/export.js";
export { type OpenedFit, openFit, type StoredFit, saveFit } from "./experiments/fit/open.js";
export type { FitResult } from "./experiments/fit/result.js";
export type { RunHistory } from "./experiments/history.js";
export type { Environment } from "./experiments/record.js";
export { type OpenRunOptions, RunDirectory } from "./experiments/run-directory.js";
export type { CsvOptions } from "./formats/csv.js";
export { enableWide, type Wide } from "./runtime/widen.js";
export { type ReadTableOptions, readTable } from "./tables/read.js";
