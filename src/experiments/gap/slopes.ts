import { log } from "../../targets/math.js";
import type { Smoothness, Task } from "../../theory/constructions/construction.js";
import { parseSpec } from "../../theory/constructions/spec.js";
import { exponentOf } from "../../theory/rate-ladder.js";
import { middleOf } from "./ensemble.js";
import type { ConstructedRung, Slope, TransformerRung } from "./results.js";

/** Certificates further than this from what was found say nothing of an exponent. */
const CLOSE = 1.1;

/** The exponents of every curve of three sizes or more whose errors are numbers above 0. */
export function slopesOf(
  task: Task,
  smoothness: Smoothness | null,
  transformers: readonly TransformerRung[],
  constructed: readonly ConstructedRung[],
): Slope[] {
  const slopes: (Slope | null)[] = [
    slopeOf(
      "transformers",
      null,
      points(transformers, ({ trained }) => middleOf(trained, "sup")),
      shiLiao(task, smoothness),
    ),
  ];
  for (const family of new Set(constructed.map((one) => one.family))) {
    const rungs = constructed.filter((one) => one.family === family);
    const { construction, options } = parseSpec(family);
    const rate = smoothness === null ? undefined : construction.theorem?.(task, smoothness, options);
    slopes.push(writtenSlope(family, rungs, rate));
    // The theorem is one by size: on the axis of parameters it is as steep as these grow with size.
    const growth = growthOf(rungs);
    const theory = rate && growth !== null ? { exponent: rate.bySize * growth, source: rate.source } : null;
    slopes.push(
      slopeOf(
        "further",
        family,
        points(rungs, ({ further }) => middleOf(further, "sup")),
        theory,
      ),
      slopeOf(
        "drawn",
        family,
        points(rungs, ({ drawn }) => middleOf(drawn, "sup")),
        theory,
      ),
    );
  }
  return slopes.filter((one) => one !== null);
}

function points<T extends { readonly parameters: number }>(
  rungs: readonly T[],
  error: (of: T) => number | null,
) {
  return rungs.flatMap((one) => {
    const found = error(one);
    return found === null || !(found > 0) ? [] : [{ size: one.parameters, error: found }];
  });
}

function slopeOf(
  curve: Slope["curve"],
  family: string | null,
  found: readonly { size: number; error: number }[],
  theory: Slope["theory"],
): Slope | null {
  if (new Set(found.map(({ size }) => size)).size < 3) return null;
  const rungs = found.map(({ size, error }) => ({
    ...{ size, layers: 1, parameters: size, error, upper: Number.POSITIVE_INFINITY },
  }));
  const { fit, range, beside } = exponentOf(rungs, false, "parameters", theory?.exponent);
  return {
    ...{ curve, family, by: "parameters", exponent: fit.exponent, range },
    doubts: fit.doubts.map(({ why }) => why),
    theory,
    beside,
  };
}

/** Of a construction as it was written, by its own size: what theorems speak of. */
function writtenSlope(
  family: string,
  rungs: readonly ConstructedRung[],
  rate: { bySize: number; source: string } | undefined,
): Slope | null {
  const found = rungs.flatMap(({ size, layers, parameters, constructed: { sup, certificate } }) =>
    sup === null || !(sup > 0)
      ? []
      : [{ size, layers, parameters, error: sup, upper: certificate?.upper ?? Number.POSITIVE_INFINITY }],
  );
  if (new Set(found.map(({ size }) => size)).size < 3) return null;
  const certified = found.every(({ error, upper }) => upper <= CLOSE * error);
  const { fit, range, beside } = exponentOf(found, certified, "size", rate?.bySize);
  return {
    ...{ curve: "constructed", family, by: "size", exponent: fit.exponent, range },
    doubts: fit.doubts.map(({ why }) => why),
    theory: rate ? { exponent: rate.bySize, source: rate.source } : null,
    beside,
  };
}

/** d log size / d log parameters over a ladder. */
function growthOf(rungs: readonly ConstructedRung[]): number | null {
  if (new Set(rungs.map(({ parameters }) => parameters)).size < 2) return null;
  const x = rungs.map(({ parameters }) => log(parameters));
  const y = rungs.map(({ size }) => log(size));
  const mean = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  let [sxx, sxy] = [0, 0];
  x.forEach((value, i) => {
    sxx += (value - mx) * (value - mx);
    sxy += (value - mx) * (y[i] - my);
  });
  return sxy / sxx;
}

/** Of Transformers in general: two encoder blocks have O(ε^(−d/α)) parameters. */
function shiLiao({ f }: Task, smoothness: Smoothness | null): Slope["theory"] {
  if (smoothness === null) return null;
  const alpha = smoothness === "C2" ? 1 : smoothness;
  return {
    exponent: alpha / f.inputs,
    source: "Shi & Liao, arXiv 2605.08811: O(ε^(−d/α)) parameters in two encoder blocks",
  };
}
