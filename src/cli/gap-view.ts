import type { SizeVerdict } from "../experiments/gap/answer.js";
import type { GapConfig } from "../experiments/gap/config.js";
import type { Ensemble } from "../experiments/gap/ensemble.js";
import type { Estimate } from "../experiments/gap/estimate.js";
import type { Factor } from "../experiments/gap/factor.js";
import type { Ladder, Omitted } from "../experiments/gap/ladder.js";
import type { GapResults } from "../experiments/gap/results.js";
import { curveName, sayAnswer, sayNotes } from "../experiments/gap/say.js";
import type { ExperimentRecord } from "../experiments/record.js";
import { counted } from "../text.js";
import { duration, short, table, whole } from "./output.js";

/** What a person is to read of the results: errors by size, then the answer. */
export function describeGap({
  config,
  results,
  fingerprint,
}: ExperimentRecord<GapConfig, GapResults>): string {
  const { constant, smoothness, omitted, seeds } = results;
  const { value, how } = smoothness;
  const kind = value === null ? "none" : value === "C2" ? "twice differentiable" : `α = ${short(value)}`;
  const [answer, ...why] = sayAnswer(results);
  return [
    `${config.target}: largest errors (the best constant's: about ${short(constant.sup)}), ${counted(seeds.length, "seed")}, ${counted(config.steps, "update")}`,
    `smoothness for theorems: ${kind}; ${how}`,
    ...transformerTable(results),
    ...constructedTable(results),
    "× certified, × found: over the least certified bound, and the least error found, of what is known to exist there; mean over seeds [95%]",
    answer,
    ...why.map((line) => `  ${line}`),
    ...slopeTable(results),
    ...sayNotes(results, config.lr).map((line) => `note: ${line}`),
    ...omitted.map(sayOmitted),
    `fingerprint ${fingerprint}`,
  ].join("\n");
}

function transformerTable({ transformers, answer }: GapResults): string[] {
  if (transformers.length === 0) return [];
  const rows = transformers.map(({ width, depth, parameters, trained }, i) => {
    const { overCertified, overFound, verdict } = answer.sup.transformers!.sizes[i];
    return [
      ...[`width ${width}, depth ${depth}`, whole(parameters), ...ensembleOf(trained)],
      ...[factor(overCertified), factor(overFound), limits[verdict]],
    ];
  });
  const head = ["Transformer", "parameters", "error of best", "over seeds"];
  return [table([...head, "× certified", "× found", "limits"], rows)];
}

function constructedTable({ constructed, answer }: GapResults): string[] {
  if (constructed.length === 0) return [];
  const sizes = answer.sup.own.flatMap((kind) => kind.sizes);
  const rows = constructed.map(({ family, size, parameters, constructed: written, further, drawn }, i) => {
    const { sup, certificate } = written;
    return [
      ...[`${family} ${whole(size)}`, whole(parameters), short(sup)],
      ...[
        certificate ? `≤ ${short(certificate.upper)}` : "–",
        short(further.best?.sup),
        short(drawn.best?.sup),
      ],
      ...[factor(sizes[i].overFound), limits[sizes[i].verdict]],
    ];
  });
  const head = ["construction", "parameters", "written", "certified", "trained from it", "from drawn"];
  return [table([...head, "drawn × found", "limits"], rows)];
}

function slopeTable({ slopes }: GapResults): string[] {
  if (slopes.length === 0) return [];
  const words = { inside: "agrees", above: "steeper", below: "shallower" };
  const rows = slopes.map(({ curve, family, by, exponent, range, doubts, theory, beside }) => [
    ...[curveName({ curve, family }), by],
    `${short(exponent.value)} [${short(range.low)}, ${short(range.high)}]`,
    ...[theory ? short(theory.exponent) : "–", beside ? words[beside] : "–"],
    doubts.length === 0 ? "yes" : counted(doubts.length, "doubt"),
  ]);
  const head = ["errors fall as size^−p", "size", "p", "theory", "beside it", "power law"];
  return [table(head, rows, ["left", "left", "right", "right", "left", "left"])];
}

const limits: Readonly<Record<SizeVerdict, string>> = {
  learning: "learning",
  size: "size",
  undecided: "undecided",
  none: "–",
};

const factor = (of: Factor | null): string => {
  if (!of) return "–";
  const { value, low, high } = of;
  return low === null || high === null ? short(value) : `${short(value)} [${short(low)}, ${short(high)}]`;
};

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
    `${config.target}, preset ${config.preset}: ${counted(config.seeds, "seed")} × learning ${config.lr.length === 1 ? "rate" : "rates"} ${config.lr.join(", ")}, ${counted(config.steps, "update")}`,
    table(["network", "parameters"], rows),
    ...omitted.map(sayOmitted),
    ...left.map((line) => `note: ${line}`),
    `${counted(trainings, "training")} and ${counted(constructed.length, "certificate")} of up to ${counted(config.boxes, "box", "boxes")}: about ${duration(seconds)} as busy as this machine is now`,
  ].join("\n");
}
