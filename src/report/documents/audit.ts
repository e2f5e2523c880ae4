import type { AuditConfig } from "../../experiments/audit/config.js";
import { type Finding, findingsOf, sayContext } from "../../experiments/audit/findings.js";
import type { AuditResults, SettingResults } from "../../experiments/audit/results.js";
import type { ExperimentRecord } from "../../experiments/record.js";
import type { ReportDocument, ReportSection } from "../document.js";
import type { Figure } from "../figure.js";
import { effectFigures, levelsFigure, moversFigure, slugOf } from "./audit/figures.js";
import { methodsOf } from "./audit/methods.js";
import {
  aliasesTable,
  baselinesTable,
  cellsTables,
  effectsTable,
  moversTable,
  switchesTable,
} from "./audit/tables.js";

/** Findings that answer the whole, in turn, with what was asked where the finding by itself does not say. */
const answers: readonly (readonly [Finding["name"], string])[] = [
  ["harder", "Does regression fail more than classification? "],
  ["trivial", ""],
  ["piecewise", "Are the fitted functions piecewise constant? "],
  ["movers", ""],
];

/** The report of an audit: a verdict for each claim of the study, then what carries it. */
export function auditDocument(record: ExperimentRecord<AuditConfig, AuditResults>): ReportDocument {
  const { config, results } = record;
  const { settings } = results;
  const [first, ...others] = settings;
  const findings = findingsOf(first);
  const answerOf = (name: Finding["name"]) => findings.find((one) => one.name === name)?.answer ?? "";
  return {
    title: `An audit of the study's protocol: ${config.targets.join(", ")}`,
    question:
      "What each choice of the protocol behind “Transformers are Expressive, But Are They Expressive Enough for Regression?” (arXiv 2402.15478) does to its conclusions: is it expressivity, training, or the metric?",
    setting: `${settings.map(sayContext).join("; ")}. Every cell on ${config.seeds} seeds, ${config.steps} updates of ${config.batch} rows. All numbers are ours; none is the paper's.`,
    answer: [
      ...answers.flatMap(([name, asked]) => (answerOf(name) ? [asked + answerOf(name)] : [])),
      ...(others.length > 0 ? [`All of ${sayContext(first)}; other settings are below.`] : []),
    ],
    ...drawn("main", moversFigure(first, "movers") ?? levelsFigure(first, "main")),
    sections: [
      ...settings.flatMap((one) => settingSections(one, settings.length > 1)),
      {
        name: "switches",
        title: "The thirteen questions, each a switch",
        text: [
          "The questions and their alternatives are ours; the answers of the study are those of its published code. 11 and 12 are read off the same runs; what is marked as not mattering was not trained.",
        ],
        figures: [],
        tables: [switchesTable(config)],
      },
    ],
    methods: methodsOf(record),
  };
}

const drawn = (key: "main", figure: Figure | undefined) => (figure ? { [key]: figure } : {});

function settingSections(results: SettingResults, several: boolean): ReportSection[] {
  const slug = slugOf(results);
  const where = several ? `${sayContext(results)}: ` : "";
  const findings = findingsOf(results);
  const levels = levelsFigure(results, `levels-${slug}`);
  const figures: Record<Finding["name"], Figure[]> = {
    trivial: [],
    harder: levels ? [levels] : [],
    piecewise: effectFigures(results, "plateaus"),
    // The first setting's own is the main figure.
    movers: (["conclusions", "scales", "errors"] as const).flatMap((group) => effectFigures(results, group)),
    readings: [],
  };
  const tables = {
    trivial: [baselinesTable(results)],
    harder: [],
    piecewise: [],
    movers: results.verdicts.movers ? [moversTable(results)] : [],
    readings: [],
  };
  const sections = findings.map(
    ({ name, question, answer, lines }): ReportSection => ({
      name: `${name}-${slug}`,
      title: `${where}${question.replace(/^\d\. /, "")}`,
      text: [answer, ...lines.map(sentence)],
      figures: figures[name],
      tables: tables[name],
    }),
  );
  const aliases = aliasesTable(results);
  return [
    ...sections,
    {
      name: `numbers-${slug}`,
      title: `${where}${where ? "every" : "Every"} cell and every effect`,
      text: [
        "An effect is the alternative less the study's answer on the same seeds, everything else equal, with its 95% interval by Student's t over seeds. Each interval is of one effect: of twenty that are nothing, one leaves out 0 by chance.",
      ],
      figures: [],
      tables: [...cellsTables(results), effectsTable(results), ...(aliases ? [aliases] : [])],
    },
  ];
}

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
