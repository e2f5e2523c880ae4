import { said } from "../../analysis/statistics/say.js";
import { type GapConfig, gapConfig } from "../../experiments/gap/config.js";
import { leftOut } from "../../experiments/gap/presets.js";
import type { GapResults } from "../../experiments/gap/results.js";
import {
  kindText,
  sayAnswer,
  sayChange,
  sayKind,
  sayNotes,
  saySlope,
  verdictText,
} from "../../experiments/gap/say.js";
import type { ExperimentRecord } from "../../experiments/record.js";
import { counted } from "../../text.js";
import type { Methods, ReportDocument, ReportSection } from "../document.js";
import { familyFigure, leadingFamily } from "./gap/figures.js";
import { answerTable, changeTable, familyTable, slopeTable, transformerTable } from "./gap/tables.js";

/** The report of `plateau gap`: the answer, what carries it, every curve, and what it does not say. */
export function gapDocument(record: ExperimentRecord<GapConfig, GapResults>): ReportDocument {
  const { config, results } = record;
  const { constructed, seeds, smoothness, constant } = results;
  const families = [...new Set(constructed.map(({ family }) => family))];
  const lead = leadingFamily(results);
  const main = lead === undefined ? undefined : familyFigure(results, lead, mainTitle(results));
  return {
    title: `Expressivity against learning: ${config.target}`,
    question: `Is the error of a network that is trained on ${config.target} limited by what a network of its size can represent, or by what training finds?`,
    setting:
      `${counted(results.transformers.length, "Transformer")} and ${counted(constructed.length, "constructed network")} (${families.join(", ") || "none"}); ` +
      `every one trained on ${counted(seeds.length, "seed")} with ${counted(config.lr.length, "learning rate")} for ${counted(config.steps, "update")}, ` +
      `constructions from written and from drawn weights. Judged by the largest error that a search finds on the domain; ` +
      `the best constant is off by about ${said(constant.sup)}. Target: ${smoothness.how}.`,
    answer: answerLines(results),
    ...(main ? { main } : {}),
    sections: [
      answerSection(results),
      ...families.map((family) => familySection(results, family, family === lead)),
      furtherSection(results, families),
      slopeSection(results),
      limitsSection(record),
    ],
    methods: methodsOf(record),
  };
}

function mainTitle({ answer }: GapResults): string {
  return {
    learning: "Written weights are better than what training finds from drawn ones",
    size: "Training finds what constructions have, or better",
    undecided: "Trained and constructed errors against parameters",
  }[answer.sup.verdict];
}

function answerLines({ answer: { sup } }: GapResults): string[] {
  const own = sup.own.map(({ name, verdict }) => `${name}: ${kindText[verdict]}`).join("; ");
  return [
    `${capital(verdictText[sup.verdict])}.`,
    ...(sup.transformers ? [sayKind(sup.transformers)] : []),
    ...(own ? [`In constructions' own architectures, written weights against drawn ones: ${own}.`] : []),
  ];
}

const capital = (words: string) => words[0].toUpperCase() + words.slice(1);

function answerSection(results: GapResults): ReportSection {
  const { sup, rmse } = results.answer;
  const [first] = sayAnswer(results);
  return {
    name: "answer",
    title: "What carries the answer",
    text: [
      `${first} By root mean square error, of which nothing is certified: ${verdictText[rmse.verdict]}.`,
      "Rules [ours]. At one size learning limits where the interval of errors over the least certified bound lies above 1, and the ensemble's best does, too: then it is proven, as a search finds no more than there is. Or where the same is so over the least error that a search found there. Size limits where errors are no more than a factor of 1.25 above the latter, wherever training began, and a construction has half as many parameters or more. A kind of network says either where three quarters of its sizes do and none says the opposite; size also takes that errors fall with size.",
      "Transformers are compared with constructions of at most as many parameters, which are of another architecture: alone that would show what so many numbers can do, not what a Transformer can. So each construction's own architecture is trained from drawn weights, too: there the certificate is of the very network that is trained. The answer is learning where both say so, size where Transformers do and no architecture says learning.",
      ...(results.inputs === 1
        ? [
            "With one input a Transformer has one token to attend to: its attention is a linear map, and what is trained is feed-forward layers with LayerNorm.",
          ]
        : []),
    ],
    figures: [],
    tables: [answerTable(sup), ...(results.transformers.length > 0 ? [transformerTable(results)] : [])],
  };
}

function familySection(results: GapResults, family: string, isMain: boolean): ReportSection {
  const own = results.answer.sup.own.find(({ name }) => name === family);
  const figure = isMain
    ? undefined
    : familyFigure(
        results,
        family,
        `${capital(family)}: written, trained from there, and from drawn weights`,
      );
  return {
    name: familyTable(results, family).name,
    title: capital(family),
    text: [...(own ? [sayKind(own)] : []), ...(isMain ? ["Its curves are the main figure."] : [])],
    figures: figure ? [figure] : [],
    tables: [familyTable(results, family)],
  };
}

function furtherSection(results: GapResults, families: readonly string[]): ReportSection {
  const { constructed } = results;
  return {
    name: "further",
    title: "What training makes of written weights",
    text: [
      ...families.map((family) =>
        sayChange(
          family,
          constructed.filter((one) => one.family === family),
        ),
      ),
      "Same budget and seeds as from drawn weights. The weights kept are the best of those that were validated; the written ones are not among these, so training can lose what it began with. It improves or loses where the interval of the factor lies beside 1, and keeps where it is within a factor of 1.1.",
    ],
    figures: [],
    tables: constructed.length > 0 ? [changeTable(results)] : [],
  };
}

function slopeSection(results: GapResults): ReportSection {
  return {
    name: "slopes",
    title: "How errors fall with size",
    text: [
      ...results.slopes.map(saySlope),
      "Theorems bound what is representable from above, so an exponent above theory's is no disagreement. An exponent below it, of errors as written, says that these sizes are said of the limit; of trained models, that training does not follow what is representable.",
    ],
    figures: [],
    tables: results.slopes.length > 0 ? [slopeTable(results)] : [],
  };
}

function limitsSection({ config, results }: ExperimentRecord<GapConfig, GapResults>): ReportSection {
  return {
    name: "limits",
    title: "What this does not say",
    text: [
      "Constructions bound from above what is representable: nothing here says how good the best network of a size is. So that size limits is said as far as constructions show; a better one may be found.",
      "Errors of trained models are the largest that a search found, so lower bounds. More updates, other optimizers or initialisations may find more.",
      ...sayNotes(results, config.lr),
      ...results.omitted.map(({ what, why }) => `Left out: ${what}: ${why}`),
      ...leftOut(config.preset, results.inputs).map((line) => `Of larger presets, ${line}.`),
    ],
    figures: [],
    tables: [],
  };
}

function methodsOf({
  kind,
  plateau,
  config,
  fingerprint,
  environment,
}: ExperimentRecord<GapConfig, GapResults>): Methods {
  const { steps, batch, lr, boxes, cells, seeds, seed } = config;
  return {
    text: [
      `Every model was trained on ${config.target} for ${steps} updates of ${batch} rows by AdamW (decoupled weight decay 0.01, warm-up over ${Math.min(100, Math.floor(steps / 4))} updates, cosine decay to a tenth) with peak learning rates ${lr.join(", ")}, on seeds ${seed} to ${seed + seeds - 1}, which decide data and drawn weights (as PyTorch draws them). Validated ten times on 2,000 rows; the best weights are kept, and of each seed the learning rate of the least validation RMSE.`,
      `The largest error is looked for at 2,048 test rows and as many points of the domain, then by a climb from the worst 16. RMSE is over the test rows. Constructions have ${cells.join(", ")} cells a side; their certificates look at ${boxes} boxes at most, float32's rounding included.`,
    ],
    commands: [commandOf(config)],
    environment,
    repeat: { kind, plateau, config, fingerprint },
  };
}

/** The command that makes the same again: the preset, and what differs from it. */
export function commandOf(config: GapConfig): string {
  const { target, preset } = config;
  const usual = gapConfig({ target, preset });
  const flags: Record<string, string> = { cells: "sizes" };
  const given = (Object.keys(usual) as (keyof GapConfig)[]).flatMap((key) => {
    const value = config[key];
    if (key === "target" || key === "preset" || String(value) === String(usual[key])) return [];
    if (key === "constructions") return config.constructions.map((one) => `--construction '${one}'`);
    return [`--${flags[key] ?? key} ${String(value)}`];
  });
  return [`plateau gap '${target.replaceAll("'", "'\\''")}'`, `--preset ${preset}`, ...given].join(" ");
}
