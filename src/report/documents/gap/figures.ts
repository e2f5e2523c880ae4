import { said } from "../../../analysis/statistics/say.js";
import type { Ensemble } from "../../../experiments/gap/ensemble.js";
import type { ConstructedRung, GapResults, Slope } from "../../../experiments/gap/results.js";
import { exp, log } from "../../../targets/math.js";
import { superscript } from "../../../text.js";
import type { Figure } from "../../figure.js";
import { type ErrorSeries, errorBySize } from "../../figures/error-by-size.js";

/** The construction whose curve answers best: of the least error that is certain, else of the least found. */
export function leadingFamily({ constructed }: GapResults): string | undefined {
  const certain = ({ constructed: { certificate } }: ConstructedRung) =>
    certificate?.upper ?? Number.POSITIVE_INFINITY;
  const found = ({ constructed: { sup } }: ConstructedRung) => sup ?? Number.POSITIVE_INFINITY;
  const least = (of: (one: ConstructedRung) => number) =>
    constructed.reduce<ConstructedRung | undefined>((a, b) => (a && of(a) <= of(b) ? a : b), undefined);
  const first = least(certain);
  return first && Number.isFinite(certain(first)) ? first.family : least(found)?.family;
}

/** File and anchor name of a family's figure or table. */
export const anchor = (family: string): string =>
  family
    .replace(/[^a-z0-9]+/gi, "-")
    .replace(/-$/, "")
    .toLowerCase();

/**
 * Largest error against parameters: Transformers as trained; one construction as written, with its certificates;
 * trained from there; and its architecture trained from drawn weights.
 */
export function familyFigure(results: GapResults, family: string, title: string): Figure | undefined {
  const { transformers, constructed, slopes, seeds } = results;
  const rungs = constructed.filter((one) => one.family === family);
  const series: ErrorSeries[] = [
    {
      name: "Transformers, trained",
      points: transformers.flatMap((one) => trainedPoint(one.parameters, one.trained)),
    },
    { name: `${family}, certified`, points: rungs.flatMap(writtenPoint) },
    { name: "trained from it", points: rungs.flatMap((one) => trainedPoint(one.parameters, one.further)) },
    {
      name: "trained from drawn weights",
      points: rungs.flatMap((one) => trainedPoint(one.parameters, one.drawn)),
    },
  ];
  const theory = theoryOf(rungs, slopes, family);
  const each =
    seeds.length > 1
      ? `the best of ${seeds.length} seeds by validation, line: least and greatest`
      : "one seed";
  return errorBySize.draw(
    {
      title,
      size: "parameters",
      error: "largest error",
      about:
        `Trained: ${each}; of each seed the learning rate that validation chose. ` +
        `${family}, certified: the bound that its certificate proves, without one the error found; line: from what was found. ` +
        `The last two are of ${family}'s architecture, from written and from drawn weights; Transformers are another one.`,
      series: series.filter(({ points }) => points.length > 0),
      ...(theory ? { theory } : {}),
    },
    { name: `error-${anchor(family)}` },
  );
}

function trainedPoint(size: number, ensemble: Ensemble): ErrorSeries["points"] {
  const error = ensemble.best?.sup ?? null;
  if (error === null) return [];
  const all = ensemble.bySeed.flatMap((one) => (one?.sup ? [one.sup] : []));
  return [{ size, error, ...(all.length > 1 ? { low: Math.min(...all), high: Math.max(...all) } : {}) }];
}

function writtenPoint({
  parameters: size,
  constructed: { sup, certificate },
}: ConstructedRung): ErrorSeries["points"] {
  if (sup === null) return [];
  return certificate
    ? [{ size, error: certificate.upper, low: sup, high: certificate.upper }]
    : [{ size, error: sup }];
}

/** The theorem's law through the geometric middle of the errors as written, as steep as parameters grow with size. */
function theoryOf(rungs: readonly ConstructedRung[], slopes: readonly Slope[], family: string) {
  const theory = slopes.find((one) => one.curve === "further" && one.family === family)?.theory;
  const known = rungs.filter(({ constructed: { sup } }) => sup !== null && sup > 0);
  if (!theory || known.length === 0) return undefined;
  const middle = (of: (one: ConstructedRung) => number) =>
    exp(known.reduce((sum, one) => sum + log(of(one)), 0) / known.length);
  const { exponent } = theory;
  const size = middle(({ parameters }) => parameters);
  const error = middle(({ constructed: { sup } }) => sup!);
  const sizes = known.map(({ parameters }) => parameters);
  const over = [Math.min(...sizes), Math.max(...sizes)] as const;
  return {
    name: `theory: parameters${superscript(said(0 - exponent))}`,
    exponent,
    from: { size, error },
    over,
  };
}
