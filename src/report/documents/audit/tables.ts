import type { BaselineScore } from "../../../experiments/audit/baselines.js";
import { conclusions } from "../../../experiments/audit/conclusions.js";
import type { AuditConfig } from "../../../experiments/audit/config.js";
import { modes } from "../../../experiments/audit/design.js";
import { sayContext, switchName } from "../../../experiments/audit/findings.js";
import { meanOverSeeds } from "../../../experiments/audit/paired.js";
import { findResponse, type ResponseName, responseNames } from "../../../experiments/audit/responses.js";
import type { SettingResults } from "../../../experiments/audit/results.js";
import { scaleName, scales } from "../../../experiments/audit/scales.js";
import { switches } from "../../../experiments/audit/switches.js";
import { findTarget } from "../../../targets/registry.js";
import type { ReportColumn, ReportTable } from "../../document.js";
import { capital } from "../../figures/encodings.js";
import { slugOf } from "./figures.js";

const text = (field: string, title: string) => ({ field, title, format: "text" as const });
const mean = (values: readonly (number | null)[]) => {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
};

const equalSizeNames = { mlp: "MLP", staircase: "staircase" };

/** The thirteen questions. */
export function switchesTable({ targets }: AuditConfig): ReportTable {
  const all = targets.map(findTarget);
  return {
    name: "switches",
    caption: "Questions, the answers of the study's published code, and the alternatives (ours).",
    columns: [
      text("id", "#"),
      text("name", "Switch"),
      text("question", "Question"),
      text("study", "The study's code"),
      text("alternative", "Alternative"),
      text("idle", "Cannot matter"),
    ],
    rows: switches.map(({ id, name, question, study, alternative, idle }) => ({
      ...{ id, name, question, study, alternative },
      idle: all
        .flatMap((target) =>
          modes.flatMap((mode) => {
            const why = idle(mode, target);
            return why ? [`${target.name}, ${mode}: ${why}`] : [];
          }),
        )
        .join("; "),
    })),
  };
}

/** What is read of a cell's failures; the rest is of its errors and its shape. */
const failureNames: readonly ResponseName[] = [
  ...(["read", "studyRate", "ownRate", "excess", "excessCommon", "excessStudy"] as const),
];

/**
 * Every cell, with means over seeds of every response: a table of failures and one of errors and shape, each narrow
 * enough for paper. Cells are named by their switches, whose answers the table of questions has; the files have all.
 */
export function cellsTables(results: SettingResults): ReportTable[] {
  const rows = results.cells.map(({ name, mode, answers, parameters, diverged, responses }) => ({
    ...{ name, mode, parameters, diverged },
    answers: Object.entries(answers)
      .map(([field, value]) => `${field}=${value}`)
      .join(" "),
    ...Object.fromEntries(responseNames.map((response) => [response, mean(responses[response] ?? [])])),
  }));
  const table = (name: string, what: string, more: ReportColumn[], names: readonly ResponseName[]) => ({
    name: `${name}-${slugOf(results)}`,
    caption: `${sayContext(results)}: ${what} of every cell, means over seeds. A cell is the study's or the sound protocol, with or without the alternative of one switch, whose number the table of questions explains.`,
    columns: [
      text("name", "Cell"),
      text("mode", "Mode"),
      ...more,
      ...names.map((field) => ({ field, title: capital(findResponse(field).title) })),
    ],
    rows,
  });
  const sizes: ReportColumn[] = [
    { field: "parameters", title: "Parameters", format: "count" },
    { field: "diverged", title: "Diverged", format: "count" },
  ];
  return [
    table("cells", "failures", sizes, failureNames),
    table(
      "cells-shape",
      "errors and shape",
      [],
      responseNames.filter((one) => !failureNames.includes(one)),
    ),
  ];
}

/** Every effect on every response. */
export function effectsTable(results: SettingResults): ReportTable {
  return {
    name: `effects-${slugOf(results)}`,
    caption: `${sayContext(results)}: the alternative less the study's answer. A name such as 1×13 + 2×6 is a group of pairs that the factorial design cannot tell apart.`,
    columns: [
      text("mode", "Mode"),
      text("design", "Design"),
      text("switch", "Switch"),
      text("response", "Measure"),
      { field: "value", title: "Effect" },
      { field: "low", title: "From" },
      { field: "high", title: "To" },
      { field: "study", title: "Study's answer" },
      { field: "alternative", title: "Alternative" },
      { field: "seeds", title: "Seeds", format: "count" },
    ],
    rows: results.effects.map(
      ({ mode, design, switch: id, response, value, low, high, study, alternative, seeds }) => ({
        ...{ mode, design, switch: switchName(id), response: findResponse(response).title },
        ...{ value, low, high, study, alternative, seeds },
      }),
    ),
  };
}

/** What the factorial designs cannot tell apart; undefined where there are none. */
export function aliasesTable(results: SettingResults): ReportTable | undefined {
  const rows = modes.flatMap((mode) => {
    const plan = results.factorials[mode];
    return (plan?.contrasts ?? []).map(({ names, main, aliases }) => ({
      mode,
      effect: names[0],
      kind: main ? "switch" : "pair",
      aliases: aliases.join(", "),
    }));
  });
  if (rows.length === 0) return undefined;
  const made = modes.flatMap((mode) => {
    const plan = results.factorials[mode];
    return plan
      ? [
          `${mode}: ${plan.runs.length} runs${plan.generators.map(({ factor, product }) => `, ${factor} = ${product.join("×")}`).join("")}, resolution ${plan.resolution ?? "full"}`,
        ]
      : [];
  });
  return {
    name: `aliases-${slugOf(results)}`,
    caption: `${sayContext(results)}: what the fractional factorial designs cannot tell apart (${made.join("; ")}). Products of more than three factors are left out.`,
    columns: [
      text("mode", "Mode"),
      text("effect", "Effect"),
      text("kind", "Of"),
      text("aliases", "Not told from"),
    ],
    rows,
  };
}

/** How much every switch moves each comparison of regression and classification. */
export function moversTable(results: SettingResults): ReportTable {
  const { movers } = results.verdicts;
  return {
    name: `movers-${slugOf(results)}`,
    caption: `${sayContext(results)}: what each switch does to how much more regression fails than classification; standardised: over the root mean square of all switches' effects.`,
    columns: [
      text("conclusion", "Comparison"),
      text("start", "From"),
      text("switch", "Switch"),
      { field: "value", title: "Effect" },
      { field: "low", title: "From" },
      { field: "high", title: "To" },
      { field: "standardised", title: "Standardised" },
      text("flips", "Answer changes"),
    ],
    rows: conclusions.flatMap(({ name, title }) =>
      (["study", "sound"] as const).flatMap((start) =>
        movers![name][start].ranked.map(({ switch: id, effect, standardised, flips }) => ({
          ...{ conclusion: title, start, switch: switchName(id), ...effect },
          ...{ standardised: standardised.value, flips: flips ? "yes" : "no" },
        })),
      ),
    ),
  };
}

/** What predictors that know nothing of Transformers reach, means over seeds. */
export function baselinesTable(results: SettingResults): ReportTable {
  const { baselines } = results;
  const own = (
    name: string,
    of: (one: SettingResults["baselines"][number]) => Record<string, number | null>,
  ) => {
    const rows = baselines.map(of);
    return {
      name,
      ...Object.fromEntries(
        Object.keys(rows[0]).map((field) => [field, mean(rows.map((row) => row[field]))]),
      ),
    };
  };
  const byScale = (rates: readonly number[]) =>
    Object.fromEntries(scales.map((scale, i) => [scaleName(scale), rates[i]]));
  const scored = (one: BaselineScore | null) => ({
    ...{ r2: one?.r2 ?? null, nearest: one?.nearest ?? null },
    ...byScale(one?.matched ?? []),
  });
  const cells = results.cells.filter(({ name }) => name === "study" || name === "sound");
  return {
    name: `baselines-${slugOf(results)}`,
    caption: `${sayContext(results)}: baselines (ours), means over seeds: R², failure rate among all true vectors (k = 1), and failure rates at matched resolution by where the centroids lie. MLP (trained as the model is) and staircase (regression trees) have as many numbers as the regression model of the study's protocol, then of the sound one. Below them, the two protocols' failure rates at matched resolution on their own classes.`,
    columns: [
      text("name", "Predictor"),
      { field: "r2", title: "R²" },
      { field: "nearest", title: "Among all true vectors", format: "percent" },
      ...scales.map((scale) => ({
        field: scaleName(scale),
        title: scaleName(scale),
        format: "percent" as const,
      })),
      { field: "own", title: "Own classes", format: "percent" },
    ],
    rows: [
      own("mean predictor", (one) => scored(one.mean)),
      own("majority class", ({ majority }) => byScale(majority)),
      own("least squares", (one) => scored(one.leastSquares)),
      ...(["study", "sound"] as const).flatMap((start) =>
        (["mlp", "staircase"] as const).map((kind) =>
          own(
            `${equalSizeNames[kind]} of ${baselines[0].equalSize[start].parameters.toLocaleString("en")} numbers`,
            ({ equalSize }) => scored(equalSize[start][kind]),
          ),
        ),
      ),
      ...cells.map(({ name, mode, responses }) => ({
        name: `${name}, ${mode}`,
        r2: meanOverSeeds(responses.r2 ?? [])?.value ?? null,
        nearest: mode === "regression" ? mean(responses.studyRate ?? []) : null,
        own: mean(responses.ownRate ?? []),
      })),
    ].map((row) => ({ r2: null, nearest: null, own: null, ...row })),
  };
}
