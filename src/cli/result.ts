import type { Experiment } from "../experiments/config.js";
import type { Scores } from "../experiments/evaluate.js";
import { describeProtocol } from "../experiments/protocol.js";
import type { RunResult } from "../experiments/run.js";
import type { Architecture } from "../nn/architecture.js";
import type { TransformerConfig } from "../nn/config.js";
import { bytes, percent, r2, short, table, whole } from "./output.js";

/** A measure as a line of the table: what it is called, where it stands, how it is written. */
type Line = [label: string, value: (scores: Partial<Scores>) => number | undefined, write: typeof short];

/** A run's result for people: what was trained, its scores beside the baselines, the verdict. */
export function describeResult(result: RunResult, { architecture, rows }: Experiment): string {
  const { test, baselines, mode } = result;
  const { mean, majority, leastSquares } = baselines;
  const beside: Partial<Scores>[] = [mean, majority, leastSquares];
  const columns = [test, ...beside];
  // A number with nothing to compare it with says nothing.
  const written = lines(mode)
    .filter(([, value]) => beside.some((scores) => value(scores) !== undefined))
    .map(([label, value, write]) => [label, ...columns.map((scores) => write(value(scores)))]);
  const head = [`${whole(rows.test)} test rows`, "this model", "mean", "majority", "least squares"];
  return [...heading(result, architecture), table(head, written), `verdict: ${result.verdict}`].join("\n");
}

function heading(result: RunResult, architecture: Architecture): string[] {
  const { target, mode, dim, classes, seed, build, protocol, parameters, footprintBytes, best } = result;
  const what = mode === "classification" ? `classification into ${classes}` : mode;
  const kept = best ? `; kept the weights of update ${whole(best.update)}` : "";
  const done =
    result.outcome === "constructed"
      ? `constructed in ${result.seconds.toFixed(1)} s, not trained`
      : `${whole(result.steps)} updates in ${result.seconds.toFixed(1)} s (${short(result.stepsPerSecond)}/s), last loss ${short(result.loss)}${kept}`;
  return [
    `${target} ${what}, d = ${dim}, protocol ${describeProtocol(protocol)}, seed ${seed}, ${build} build`,
    `${describeNetwork(architecture, parameters)}; ${bytes(footprintBytes)} of WebAssembly memory`,
    done,
    `weights sha256 ${result.weightsSha256}`,
  ];
}

function describeNetwork({ kind, config }: Architecture, parameters: number): string {
  if (kind !== "encoder-decoder" && kind !== "encoder") {
    return `network of kind ${kind}, ${whole(parameters)} parameters`;
  }
  const { encoderLayers, decoderLayers, dModel, heads } = config as TransformerConfig;
  return `Transformer of ${whole(parameters)} parameters: ${encoderLayers} + ${decoderLayers} layers, d-model ${dModel}, ${heads} heads`;
}

function lines(mode: RunResult["mode"]): Line[] {
  const among = mode === "classification" ? "classes" : "true vectors";
  return [
    ["RMSE", (scores) => scores.rmse, short],
    ["relative L2 error", (scores) => scores.relativeL2, short],
    ["R²", (scores) => scores.r2, r2],
    ["largest error", (scores) => scores.sup, short],
    ...[1, 4].map(
      (k): Line => [`failure rate, k = ${k} of all ${among}`, (s) => s.failureRate?.[k], percent],
    ),
    ...[5, 10, 15, 20].map((K): Line => [`failure rate at matched K = ${K}`, (s) => s.matched?.[K], percent]),
  ];
}
