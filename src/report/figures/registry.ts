import { unknownName } from "../../errors.js";
import { attention } from "./attention.js";
import { edf } from "./edf.js";
import { effects } from "./effects.js";
import { errorBySize } from "./error-by-size.js";
import { failureCurve } from "./failure-curve.js";
import { failureRate } from "./failure-rate.js";
import type { FigureKind } from "./figure-kind.js";
import { history } from "./history.js";
import { importance } from "./importance.js";
import { levels } from "./levels.js";
import { modulus } from "./modulus.js";
import { parallel } from "./parallel.js";
import { residuals } from "./residuals.js";
import { segment } from "./segment.js";
import { slices } from "./slices.js";
import { spectrum } from "./spectrum.js";
import { spectrumTraining } from "./spectrum-training.js";
import { trainingCurve } from "./training-curve.js";

/** Every kind of figure: one line each, which gives it its conformance tests. */
// Each knows its own data; here they are names for whoever looks them up.
const registry = [
  segment,
  residuals,
  spectrum,
  spectrumTraining,
  modulus,
  trainingCurve,
  failureCurve,
  attention,
  failureRate,
  effects,
  levels,
  errorBySize,
  history,
  importance,
  parallel,
  slices,
  edf,
] as unknown as readonly FigureKind<unknown>[];

export const figureKinds: ReadonlyMap<string, FigureKind<unknown>> = new Map(
  registry.map((one) => [one.name, one]),
);

/** @throws PlateauError `unknown-name` */
export function findFigureKind(name: string): FigureKind<unknown> {
  const kind = figureKinds.get(name);
  if (!kind) throw unknownName("figure", name, [...figureKinds.keys()]);
  return kind;
}
