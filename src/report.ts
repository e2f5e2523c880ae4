// Reports of studies, runs and experiments: one HTML page, and its figures in other formats. Needs Node's files.
export type { RunHistory } from "./experiments/history.js";
export type { Environment, ExperimentRecord } from "./experiments/record.js";
export type { OpenRunOptions, RunDirectory } from "./experiments/run-directory.js";
export type {
  Methods,
  Repeatable,
  ReportColumn,
  ReportDocument,
  ReportSection,
  ReportTable,
} from "./report/document.js";
export { documentOfRun, type RunDocumentOptions } from "./report/documents/run.js";
export type { Figure, Row } from "./report/figure.js";
export { renderHtml } from "./report/html/page.js";
export {
  figureCsv,
  figureSpec,
  type PngOptions,
  type RenderOptions,
  renderPng,
  renderSvg,
} from "./report/render.js";
export { readRepeatable } from "./report/repeatable.js";
export { documentOfRecord } from "./report/sources/experiment.js";
export { documentAt } from "./report/sources/registry.js";
export type { SourceOptions } from "./report/sources/source.js";
export type { SpecOptions } from "./report/spec.js";
export type { ThemeName } from "./report/theme.js";
export { allFiles, type ReportFiles, writeReport } from "./report/write.js";
