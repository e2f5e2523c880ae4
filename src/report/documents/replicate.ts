import type { ExperimentRecord } from "../../experiments/record.js";
import type { ReplicationConfig } from "../../experiments/replication/config.js";
import { leftOut } from "../../experiments/replication/left-out.js";
import type { ReplicationResults, SettingResult } from "../../experiments/replication/results.js";
import {
  failureRows,
  ownRows,
  replicaRows,
  sweepRows,
  type TableRow,
  trivialRate,
} from "../../experiments/replication/tables.js";
import { answerOf, replicationVerdict } from "../../experiments/replication/verdict.js";
import { percent } from "../../text.js";
import type { ReportColumn, ReportDocument, ReportSection, ReportTable } from "../document.js";
import type { Figure } from "../figure.js";
import { type FailureSeries, failureRate } from "../figures/failure-rate.js";

const RANKS = [1, 2, 3, 4] as const;

/** The report of a replication: the answer, failure rates by width, by number of classes, and what made them. */
export function replicateDocument(record: ExperimentRecord): ReportDocument {
  const { config, results } = record as ExperimentRecord<ReplicationConfig, ReplicationResults>;
  const { settings } = results;
  const about = aboutOf(config);
  const byWidth = RANKS.flatMap((k) => figureByWidth(settings, k, about) ?? []);
  const byClasses = RANKS.flatMap((k) => figureByClasses(settings, k, about) ?? []);
  const [main, ...widths] = byWidth;
  return {
    title: "Transformers on the study's two functions, replicated",
    question:
      "Do Transformers fail more often at regression than at the same task quantised into classes, as the study measures it, and how far is either from guessing?",
    setting: settingText(config, settings.length),
    answer: answerText(results),
    ...(main ? { main } : {}),
    sections: [
      section("by-width", "Failure rates by width and k", widthText, widths, [failureTable(results)]),
      ...(byClasses.length > 0
        ? [section("by-classes", "Failure rates by number of classes", classesText, byClasses, [])]
        : []),
      section("ours", "What the study does not measure (ours)", oursText, [], [ownTable(results)]),
      section(
        "sweeps",
        "The sweeps",
        sweepText(config, settings),
        [],
        [sweepTable(results), replicaTable(results)],
      ),
      section("left-out", "What was left out", leftOutText(config), [], []),
    ],
    methods: {
      text: methodsText(config),
      commands: [commandOf(config), "plateau report plateau-replicate"],
      environment: record.environment,
      repeat: {
        ...{ kind: record.kind, plateau: record.plateau, config: record.config },
        fingerprint: record.fingerprint,
      },
    },
  };
}

const section = (
  name: string,
  title: string,
  text: readonly string[],
  figures: readonly Figure[],
  tables: readonly ReportTable[],
): ReportSection => ({ name, title, text, figures, tables });

function settingText(config: ReplicationConfig, count: number): string {
  const widths = config.targets.map((target) => `${target} at d = ${config.dims[target]!.join(", ")}`);
  const classes =
    config.classes.length > 0 ? ` and as classification into K = ${config.classes.join(", ")}` : "";
  return (
    `${widths.join("; ")}, as regression${classes}, with ${config.positions.join(" and ")} positions: ${count} settings. ` +
    `Of each, the best of ${config.trials} configurations of the study's space, trained on ${config.seeds} further ${config.seeds === 1 ? "seed" : "seeds"} and judged on test rows, under the protocol of the study's published code. ` +
    "Every number was computed by this program; none is the paper's."
  );
}

function answerText(results: ReplicationResults): string {
  const without = results.settings.filter(({ failureRate: rates }) => rates === null);
  const missing =
    without.length === 0
      ? ""
      : ` ${without.length} of ${results.settings.length} settings have no result: no trial, or no seed of the best, was trained to its end.`;
  return `${answerOf(replicationVerdict(results))}${missing}`;
}

function aboutOf({ seeds, trials }: ReplicationConfig): string {
  const interval =
    seeds > 1 ? `means over ${seeds} seeds, with 95% intervals (Student's t)` : "one seed, so no interval";
  return `The best of ${trials} configurations on test rows: ${interval}. The measure is the study's: in regression a prediction fails where its true vector is not among the k nearest of all true vectors, in classification where its class is not among the k largest logits. These are different scales.`;
}

const panelOf = ({ target, positions }: SettingResult, kinds: number) =>
  kinds > 1 ? `${target}, ${positions}` : target;

const kindsOf = (settings: readonly SettingResult[]) =>
  new Set(settings.map(({ positions }) => positions)).size;

const nameOf = ({ classes }: SettingResult) =>
  classes === null ? "regression" : `classification, K = ${classes}`;

function figureByWidth(settings: readonly SettingResult[], k: number, about: string): Figure | undefined {
  return drawn(settings, {
    name: `failure-by-width-k${k}`,
    title: `Failure rates at k = ${k} by width`,
    x: "numbers per token, d",
    xOf: ({ dim }) => dim,
    nameOf,
    k,
    about,
  });
}

function figureByClasses(settings: readonly SettingResult[], k: number, about: string): Figure | undefined {
  const classifications = settings.filter(({ classes }) => classes !== null);
  if (new Set(classifications.map(({ classes }) => classes)).size < 2) return undefined;
  const dims = [...new Set(classifications.map(({ dim }) => dim))];
  // As many as can be told apart: where there are more, the smallest is followed by the largest.
  const shown = dims.length <= MOST_SERIES ? dims : [dims[0], ...dims.slice(1 - MOST_SERIES)];
  const left = dims.filter((dim) => !shown.includes(dim));
  return drawn(
    classifications.filter(({ dim }) => shown.includes(dim)),
    {
      name: `failure-by-classes-k${k}`,
      title: `Failure rates of classification at k = ${k}`,
      x: "classes, K",
      xOf: ({ classes }) => classes!,
      nameOf: ({ dim }) => `d = ${dim}`,
      k,
      about: left.length > 0 ? `${about} Not drawn, but in the table: d = ${left.join(", ")}.` : about,
    },
  );
}

/** Series that have a colour of their own. */
const MOST_SERIES = 6;

interface Drawing {
  readonly name: string;
  readonly title: string;
  readonly x: string;
  readonly xOf: (one: SettingResult) => number;
  readonly nameOf: (one: SettingResult) => string;
  readonly k: number;
  readonly about: string;
}

/** Models, and dashed in the colour of each what guessing reaches at the same task. */
function drawn(settings: readonly SettingResult[], drawing: Drawing): Figure | undefined {
  const { name, title, x, xOf, nameOf: named, k, about } = drawing;
  const kinds = kindsOf(settings);
  const groups = groupBy(settings, (one) => `${panelOf(one, kinds)}|${named(one)}`);
  const all = (["model", "baseline"] as const).flatMap((kind) =>
    groups.map((group): FailureSeries => {
      const points = group.flatMap((one) => pointOf(one, k, xOf(one), kind) ?? []);
      return { name: named(group[0]), kind, panel: panelOf(group[0], kinds), points };
    }),
  );
  const y = `failure rate at k = ${k}`;
  const guessing =
    "Dashed, in the colour of what it is held against: the mean predictor in regression, the majority class in classification.";
  const figure = failureRate.draw({ title, x, y, about: `${about} ${guessing}`, series: all }, { name });
  return figure && { ...figure, alt: altOf(`${y} against ${x}`, all) };
}

function pointOf(
  one: SettingResult,
  k: number,
  x: number,
  kind: FailureSeries["kind"],
): FailureSeries["points"][number] | undefined {
  if (kind === "baseline") {
    const value = trivialRate(one, one.classes === null ? "mean" : "majority", k);
    return value === null ? undefined : { x, value };
  }
  const rate = one.failureRate?.[k];
  if (!rate) return undefined;
  const { value, low, high } = rate;
  return { x, value, ...(low === null || high === null ? {} : { low, high }) };
}

/** The curves in words, each beside what guessing reaches. */
function altOf(what: string, all: readonly FailureSeries[]): string {
  const models = all.filter(({ kind, points }) => kind === "model" && points.length > 0);
  const told = models.map(({ name, panel, points }) => {
    const guess = all.find((one) => one.kind === "baseline" && one.name === name && one.panel === panel);
    const values = points.map(({ x, value }) => {
      const held = guess?.points.find((point) => point.x === x);
      return `${percent(value)} at ${x}${held ? ` (guessing ${percent(held.value)})` : ""}`;
    });
    return `${panel}, ${name}: ${values.join(", ")}`;
  });
  return `Line chart of the ${what}. ${told.join("; ")}.`;
}

function groupBy<T>(list: readonly T[], key: (one: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const one of list) groups.set(key(one), [...(groups.get(key(one)) ?? []), one]);
  return [...groups.values()];
}

const widthText = [
  "The main figure shows k = 1. A failure at k = 2 … 4 forgives a prediction that has up to 1 … 3 wrong vectors, or classes, before the right one.",
  "Two settings are told apart where the 95% interval of their differences on the same seeds does not hold 0.",
];
const classesText = [
  "With more classes each is smaller, so a prediction of the same quality fails more often; the majority class, dashed, says how often guessing fails.",
];
const oursText = [
  "At matched resolution predictions and true outputs are quantised with the same K centroids, in regression as in classification: one scale for both. R² and the largest error are those of predicted numbers; in classification, of the predicted classes' centroids.",
];

function sweepText({ trials }: ReplicationConfig, settings: readonly SettingResult[]): string[] {
  const lost = settings.filter(({ sweep }) => sweep.diverged + sweep.failed > 0).length;
  return [
    `Each setting is a study of ${trials} trials of the space that the study's code searches, minimising its validation failure rate at k = 1, by TPE in place of the study's Bayesian search.`,
    lost === 0
      ? "All trials were trained to their end."
      : `Of ${lost} settings some trials diverged or failed: they count as what they are, and the best of the others was taken.`,
  ];
}

function leftOutText(config: ReplicationConfig): string[] {
  const left = leftOut(config);
  return left.length === 0 ? ["Nothing: this is the study's size."] : left.map((line) => `${line}.`);
}

function methodsText({ trials, seeds, seed, trainRows, epochs }: ReplicationConfig): string[] {
  return [
    "Data, model, training and metric are those of the study's published code (arXiv 2402.15478): an encoder-decoder without input embedding, post-norm, GELU, feed-forward width 2d, Adam with weight decay 0.05 in the gradient, batch 128, clipping at norm 1 of every micro-batch, linear warm-up and cosine, validation every 200 updates, the weights with the least validation failure rate kept. The model is tested with another random start vector than it was trained with, and its decoder sees true outputs, as there.",
    `The space: layers 2, 4, 6; heads powers of two up to d; dropout 0.1 to 0.2; learning rate 5e-6 to 1e-2; accumulation 1, 2, 4, 8; epochs 4, 6, 9; warm-up 800, 1200, 1600 batches. ${trials} trials by TPE (4 drawn at random before it), then ${seeds} further seeds of the best configuration, the same seeds for all settings.`,
    `Seed ${seed} decides all random numbers.${trainRows === undefined ? "" : ` At most ${trainRows} training rows.`}${epochs === undefined ? "" : ` ${epochs} epochs, whatever the space has.`} Seeds of the best configurations are none of the sweeps'.`,
    "Baselines (ours), of the same seeds: the mean output; the majority class of training rows; least squares with intercept on all inputs.",
  ];
}

/** The command line that makes the same. Sizes that only the API sets are not among its options. */
function commandOf({
  preset,
  targets,
  dims,
  classes,
  positions,
  trials,
  seeds,
  seed,
  saveAttention,
}: ReplicationConfig) {
  const lists = new Set(targets.map((target) => dims[target]!.join(",")));
  return [
    "plateau replicate",
    `--preset ${preset}`,
    `--targets ${targets.join(",")}`,
    ...(lists.size === 1 ? [`--dims ${[...lists][0]}`] : []),
    `--classes ${classes.join(",") || "none"}`,
    `--positions ${positions.join(",")}`,
    `--trials ${trials} --seeds ${seeds} --seed ${seed}`,
    ...(saveAttention ? ["--save-attention"] : []),
  ].join(" ");
}

function tableOf(
  name: string,
  caption: string,
  rows: readonly TableRow[],
  columns: readonly ReportColumn[],
): ReportTable {
  return { name, caption, rows, columns };
}

const column = (field: string, title = field, format?: ReportColumn["format"]): ReportColumn => ({
  field,
  title,
  ...(format ? { format } : {}),
});

const baselineColumns = (format?: ReportColumn["format"]) => [
  column("mean", "mean predictor", format),
  column("majority", "majority class", format),
  column("leastSquares", "least squares", format),
];

const failureTable = (results: ReplicationResults) =>
  tableOf(
    "failure-rates",
    "Failure rates on test rows by the study's metric, beside trivial predictors (ours).",
    failureRows(results),
    [
      column("setting", "setting", "text"),
      column("k", "k", "count"),
      column("value", "fails", "percent"),
      column("low", "from", "percent"),
      column("high", "to", "percent"),
      column("seeds", "seeds", "count"),
      ...baselineColumns("percent"),
    ],
  );

const ownTable = (results: ReplicationResults) =>
  tableOf(
    "other-measures",
    "Ours: failure rates at matched resolution as shares, R² and the largest error, with 95% intervals over seeds.",
    ownRows(results),
    [
      column("setting", "setting", "text"),
      column("measure", "measure", "text"),
      column("value"),
      column("low", "from"),
      column("high", "to"),
      ...baselineColumns(),
    ],
  );

const sweepTable = (results: ReplicationResults) =>
  tableOf("sweeps", "Trials of each setting, and the best of them.", sweepRows(results), [
    column("setting", "setting", "text"),
    column("complete", "complete", "count"),
    column("diverged", "diverged", "count"),
    column("failed", "failed", "count"),
    column("validation", "validation failure rate", "percent"),
    column("layers", "layers", "count"),
    column("heads", "heads", "count"),
    column("dropout"),
    column("lr", "learning rate"),
    column("accumulation", "accumulation", "count"),
    column("epochs", "epochs", "count"),
    column("warmupBatches", "warm-up batches", "count"),
  ]);

const replicaTable = (results: ReplicationResults) =>
  tableOf("replicas", "The best configuration on each seed.", replicaRows(results), [
    column("setting", "setting", "text"),
    column("seed", "seed", "text"),
    column("state", "state", "text"),
    column("parameters", "parameters", "count"),
    column("updates", "updates", "count"),
    column("validation", "validation", "percent"),
    ...RANKS.map((k) => column(`k${k}`, `k = ${k}`, "percent")),
  ]);
