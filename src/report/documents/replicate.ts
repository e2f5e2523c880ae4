import { failureRanks } from "../../analysis/metrics/failure-rate.js";
import type { ExperimentRecord } from "../../experiments/record.js";
import type { ReplicationConfig } from "../../experiments/replication/config.js";
import { leftOut } from "../../experiments/replication/left-out.js";
import type { ReplicationResults, SettingResult } from "../../experiments/replication/results.js";
import { answersOf, replicationVerdict } from "../../experiments/replication/verdict.js";
import { counted } from "../../text.js";
import type { ReportDocument, ReportSection, ReportTable } from "../document.js";
import type { Figure } from "../figure.js";
import { figureByClasses, figureByWidth } from "./replicate-figures.js";
import { failureTable, ownTable, replicaTable, sweepTable } from "./replicate-tables.js";

/** The report of a replication: the answer, failure rates by width, by number of classes, and what made them. */
export function replicateDocument(record: ExperimentRecord): ReportDocument {
  const { config, results } = record as ExperimentRecord<ReplicationConfig, ReplicationResults>;
  const { settings } = results;
  const about = aboutOf(config);
  const byWidth = failureRanks.flatMap((k) => figureByWidth(settings, k, about) ?? []);
  const byClasses = failureRanks.flatMap((k) => figureByClasses(settings, k, about) ?? []);
  const [main, ...widths] = byWidth;
  return {
    title: "Transformers on the study's two functions, replicated",
    question:
      "Do Transformers fail more often at regression than at the same task quantised into classes, as the study measures it, and how far is either from guessing?",
    setting: settingText(config, settings.length),
    answer: answerLines(results),
    ...(main ? { main } : {}),
    sections: [
      section("by-width", "Failure rates by width and k", widthText(config), widths, [failureTable(results)]),
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
    `${widths.join("; ")}, as regression${classes}, with ${config.positions.join(" and ")} positions: ${counted(count, "setting")}. ` +
    `Of each, the best of ${counted(config.trials, "configuration")} of the study's space, trained on ${counted(config.seeds, "further seed")} and judged on test rows, under the protocol of the study's published code. ` +
    "Every number was computed by this program; none is the paper's."
  );
}

function answerLines(results: ReplicationResults): string[] {
  const without = results.settings.filter(({ failureRate: rates }) => rates === null);
  const missing =
    without.length === 0
      ? []
      : [
          `${without.length} of ${counted(results.settings.length, "setting")} ${without.length === 1 ? "has" : "have"} no result: no trial, or no seed of the best, was trained to its end.`,
        ];
  return [...answersOf(replicationVerdict(results)), ...missing];
}

function aboutOf({ seeds, trials }: ReplicationConfig): string {
  const interval =
    seeds > 1 ? `means over ${seeds} seeds, with 95% intervals (Student's t)` : "one seed, so no interval";
  return `The best of ${counted(trials, "configuration")} on test rows: ${interval}. The measure is the study's: in regression a prediction fails where its true vector is not among the k nearest of all true vectors, in classification where its class is not among the k largest logits. These are different scales.`;
}

const widthText = ({ seeds }: ReplicationConfig) => [
  "The main figure shows k = 1. A failure at k = 2 … 4 forgives a prediction that has up to 1 … 3 wrong vectors, or classes, before the right one.",
  "Two settings are told apart where the 95% interval of their differences on the same seeds does not hold 0.",
  ...(seeds === 2
    ? [
        "Of two seeds an interval is 12.7 standard errors to either side: most comparisons stay undecided, and one that is decided may be so by two differences that are alike by chance.",
      ]
    : []),
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
    `Each setting is a study of ${counted(trials, "trial")} of the space that the study's code searches, minimising its validation failure rate at k = 1, by TPE in place of the study's Bayesian search.`,
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
    `The space: layers 2, 4, 6; heads powers of two up to d; dropout 0.1 to 0.2; learning rate 5e-6 to 1e-2; accumulation 1, 2, 4, 8; epochs 4, 6, 9; warm-up 800, 1200, 1600 batches. ${counted(trials, "trial")} by TPE (4 drawn at random before it), then ${counted(seeds, "further seed")} of the best configuration, the same seeds for all settings.`,
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
