import type { GapConfig } from "../experiments/gap/config.js";
import type { Ensemble } from "../experiments/gap/ensemble.js";
import type { Estimate } from "../experiments/gap/estimate.js";
import type { Ladder, Omitted } from "../experiments/gap/ladder.js";
import type { GapResults } from "../experiments/gap/results.js";
import { sayAnswer, sayNotes } from "../experiments/gap/say.js";
import type { ExperimentRecord } from "../experiments/record.js";
import { duration, short, table, whole } from "./output.js";

/** What a person is to read of the results: errors by size, then the answer. */
export function describeGap({
  config,
  results,
  fingerprint,
}: ExperimentRecord<GapConfig, GapResults>): string {
  const { transformers, constructed, constant, smoothness, omitted, seeds } = results;
  const lines = [
    `${config.target}: largest errors (the best constant's: about ${short(constant.sup)}), ${seeds.length} seeds, ${whole(config.steps)} updates`,
    `smoothness for theorems: ${smoothness.value === null ? "none" : smoothness.value === "C2" ? "twice differentiable" : `α = ${short(smoothness.value)}`}; ${smoothness.how}`,
  ];
  if (transformers.length > 0) {
    lines.push(
      table(
        ["Transformer", "parameters", "best of ensemble", "over seeds", "rmse"],
        transformers.map(({ width, depth, parameters, trained }) => [
          `width ${width}, depth ${depth}`,
          whole(parameters),
          ...ensembleOf(trained),
          short(trained.best?.rmse),
        ]),
      ),
    );
  }
  if (constructed.length > 0) {
    lines.push(
      table(
        [
          "constructed",
          "parameters",
          "as written",
          "certified",
          "trained from it",
          "from drawn",
          "over seeds",
        ],
        constructed.map(({ family, size, parameters, constructed: { sup, certificate }, further, drawn }) => [
          `${family} ${whole(size)}`,
          whole(parameters),
          short(sup),
          certificate ? `≤ ${short(certificate.upper)}` : "–",
          short(further.best?.sup),
          ...ensembleOf(drawn),
        ]),
      ),
    );
  }
  const [answer, ...why] = sayAnswer(results);
  lines.push(answer, ...why.map((line) => `  ${line}`));
  lines.push(
    ...sayNotes(results).map((line) => `note: ${line}`),
    ...omitted.map(sayOmitted),
    `fingerprint ${fingerprint}`,
  );
  return lines.join("\n");
}

const sayOmitted = ({ what, why }: Omitted) => `left out: ${what}: ${why}`;

/** The ensemble's best, and from where to where its seeds' models reach. */
function ensembleOf({ best, bySeed }: Ensemble): [best: string, range: string] {
  const errors = bySeed.flatMap((one) => (one?.sup ? [one.sup] : []));
  const range = errors.length > 1 ? `${short(Math.min(...errors))} … ${short(Math.max(...errors))}` : "–";
  return [short(best?.sup), range];
}

/** What an experiment would look at, and how long it would take. */
export function describeLadder(
  config: GapConfig,
  { transformers, constructed, omitted }: Ladder,
  { trainings, seconds }: Estimate,
  left: readonly string[],
): string {
  const rows = [
    ...transformers.map(({ width, depth, parameters }) => [
      `Transformer, width ${width}, depth ${depth}`,
      whole(parameters),
    ]),
    ...constructed.map(({ spec, parameters }) => [spec, whole(parameters)]),
  ];
  return [
    `${config.target}, preset ${config.preset}: ${config.seeds} seeds × learning rates ${config.lr.join(", ")}, ${whole(config.steps)} updates`,
    table(["network", "parameters"], rows),
    ...omitted.map(sayOmitted),
    ...left.map((line) => `note: ${line}`),
    `${whole(trainings)} trainings and ${constructed.length} certificates of up to ${whole(config.boxes)} boxes: about ${duration(seconds)} as busy as this machine is now`,
  ].join("\n");
}
