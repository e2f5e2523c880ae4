import { statSync } from "node:fs";
import { join } from "node:path";
import { requireArguments } from "../../arguments.js";
import { storedMeasures } from "../../experiments/analysis-file.js";
import type { Experiment } from "../../experiments/config.js";
import { decode } from "../../experiments/decode.js";
import { environment } from "../../experiments/environment.js";
import { evaluationSample, predictFor } from "../../experiments/evaluate.js";
import type { RunHistory } from "../../experiments/history.js";
import { describeProtocol } from "../../experiments/protocol.js";
import { repeatableRun } from "../../experiments/repeat/run.js";
import { type RunResult, testStart } from "../../experiments/run.js";
import type { RunDirectory } from "../../experiments/run-directory.js";
import { subjectOf } from "../../experiments/subject.js";
import type { Model } from "../../nn/model.js";
import { pause, type StopSignal, throwIfStopped } from "../../pause.js";
import type { Methods, ReportDocument } from "../document.js";
import { capital, counted, grouped } from "../figures/encodings.js";
import type { ResidualData } from "../figures/residuals.js";
import { segment } from "../figures/segment.js";
import { bitsText, dataText, networkText, trainCommand, trainingText } from "../methods.js";
import { segmentOf } from "./run/along.js";
import { type Measured, measuredOf } from "./run/measures.js";
import {
  attentionSection,
  errorSection,
  failureSection,
  plateauSection,
  smoothnessSection,
  spectrumSection,
  trainingSection,
} from "./run/sections.js";

/** How making the report of a run is watched and stopped. */
export interface RunDocumentOptions {
  readonly signal?: StopSignal;
  /** What is at work, and which share of all the work is done, 0 … 1. */
  readonly onProgress?: (text: string, share: number) => void;
}

/** Of segments and points of measures. */
const SEED = 0;

/**
 * The report of one finished run: what was asked of which model, how well it does, and by every measure how. Those
 * in the folder's `analysis.json` are taken from there, the others are taken now, in about a minute at most.
 * @throws PlateauError `run-directory` where the run is not finished; `format`; `aborted` through the signal
 */
export async function documentOfRun(
  directory: RunDirectory,
  options: RunDocumentOptions = {},
): Promise<ReportDocument> {
  requireArguments("documentOfRun", {
    directory: [directory, "RunDirectory: path experiment version finished"],
    options: [options, "object?"],
  });
  const { signal, onProgress } = options;
  const { experiment } = directory;
  const result = directory.result();
  const history = directory.history();
  const model = await directory.model();
  const subject = subjectOf(experiment, model);
  const measured = await measuredOf(subject, storedMeasures(directory.path, result.weightsSha256), {
    signal,
    onProgress: (text, share) => onProgress?.(text, 0.95 * share),
  });
  const breathe = async () => {
    await pause();
    throwIfStopped(signal, "looking along a segment");
  };
  onProgress?.("drawing", 0.95);
  const main = segment.draw(await segmentOf(subject, SEED, breathe));
  const { target, config, rows } = experiment;
  const points = residualsOf(experiment, model, signal);
  onProgress?.("drawing", 1);
  return {
    title: `${capital(config.mode)} of ${target.name} by one ${kindOf(experiment)}`,
    question: `How well does this model approximate ${target.name}, and how?`,
    setting: settingText(experiment, result),
    answer: answerLines(result, measured),
    ...(main ? { main } : {}),
    sections: [
      errorSection(result, rows.test, points, measured),
      plateauSection(measured),
      failureSection(measured, result, rows.test * target.outputs),
      smoothnessSection(measured),
      spectrumSection(measured, history),
      attentionSection(measured),
      trainingSection(result, history, rows.validation),
    ],
    methods: await methodsOf(directory, result, history),
  };
}

const kindOf = ({ architecture: { kind } }: Experiment) =>
  kind === "encoder-decoder" || kind === "encoder" ? "Transformer" : "constructed network";

function settingText(experiment: Experiment, { parameters, steps, outcome }: RunResult): string {
  const { config, target, protocol } = experiment;
  const task =
    config.mode === "classification" ? `classification into ${config.classes} classes` : "regression";
  const trained =
    outcome === "constructed" ? "written down, not trained" : `trained for ${grouped(steps)} updates`;
  return `${capital(task)} of ${target.name} with ${counted(config.dim, "number")} a token; a ${kindOf(experiment)} of ${grouped(parameters)} parameters, ${trained}, under the ${describeProtocol(protocol)} protocol, seed ${config.seed}.`;
}

function answerLines({ verdict }: RunResult, measured: Measured): string[] {
  const plateaus = measured.result("plateaus");
  return [`${capital(verdict)}.`, ...(plateaus ? [measured.line("plateaus")] : [])];
}

/** What the model predicts of test rows as its protocol tests it; in classification, centroids. */
function residualsOf(experiment: Experiment, model: Model, signal?: StopSignal): ResidualData {
  const { config, quantisation, target, rows } = experiment;
  const sample = evaluationSample(experiment, "test");
  const output = predictFor(experiment, model, sample, { start: testStart(experiment), signal });
  const classified = config.mode === "classification";
  const predicted = classified ? decode(output, config.dim, quantisation(config.classes)) : output;
  const numbers =
    target.outputs * config.dim > 1
      ? `all ${target.outputs * config.dim} numbers of the outputs`
      : "the output";
  return {
    of: `${counted(rows.test, "test row")}, ${numbers}${classified ? ", centroids of predicted classes" : ""}`,
    units: "the units of the outputs",
    truth: sample.y,
    predicted,
  };
}

async function methodsOf(
  directory: RunDirectory,
  result: RunResult,
  history: RunHistory | undefined,
): Promise<Methods> {
  const { experiment, path, version } = directory;
  const { build } = experiment.config;
  return {
    text: [
      dataText(experiment),
      networkText(experiment),
      ...(result.outcome === "constructed" ? [] : [trainingText(experiment)]),
      `Measures were taken with seed ${SEED} unless they were stored before; each figure says of how many points. Intervals are 95%. ${bitsText(build)}`,
    ],
    commands: [trainCommand(experiment, "--out runs/again"), "plateau report runs/again -o report.html"],
    environment: history?.environment ?? {
      // Of a run without a history it is not known where it was trained: here it was measured.
      ...environment({ seconds: result.seconds, workers: 1, build }),
      plateau: version,
      date: statSync(join(path, "result.json")).mtime.toISOString(),
    },
    repeat: await repeatableRun(experiment, result),
  };
}
