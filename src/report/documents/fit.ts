import type { CompareResult } from "../../analysis/compare.js";
import { storedMeasures } from "../../experiments/analysis-file.js";
import type { FitConfig } from "../../experiments/fit/config.js";
import type { FitDirectory } from "../../experiments/fit/directory.js";
import { fitMeasureOptions, fitSubject } from "../../experiments/fit/fit.js";
import type { FitResult } from "../../experiments/fit/result.js";
import { verdictOf } from "../../experiments/fit/verdict.js";
import { repeatableFit } from "../../experiments/repeat/fit.js";
import { describeReading } from "../../tables/reading.js";
import { type TabularData, tabularData } from "../../tables/tabular-data.js";
import { describeReport } from "../../tables/tabular-report.js";
import { listed, rSquared, shellWord } from "../../text.js";
import type { Methods, ReportDocument, ReportSection } from "../document.js";
import { capital, counted, grouped } from "../figures/encodings.js";
import { residuals } from "../figures/residuals.js";
import { bitsText } from "../methods.js";
import { type Measured, measuredOf } from "./run/measures.js";
import { attentionSection, section, trainingSection } from "./run/sections.js";
import type { RunDocumentOptions } from "./run.js";

/**
 * The report of one finished fit to a table: whether a Transformer helps there, how far its predictions are off, beside
 * what simpler, and what became of the table. Measures in the folder's `analysis.json` are taken from there.
 * @throws PlateauError `run-directory` where the fit is not finished, or its table is another one by now; `format`;
 * `io`; `aborted` through the signal
 */
export async function documentOfFit(
  directory: FitDirectory,
  { signal, onProgress }: RunDocumentOptions = {},
): Promise<ReportDocument> {
  const { config } = directory.begun;
  const result = directory.result();
  const model = await directory.model();
  const data = tabularData(await directory.table(), config);
  const measured = await measuredOf(
    fitSubject(data, model),
    storedMeasures(directory.path, result.weightsSha256),
    {
      budgets: { errors: {}, attention: { samples: 256, keep: true }, ...fitMeasureOptions(result.sizes) },
      seed: config.seed,
      signal,
      onProgress,
    },
  );
  const { test, report } = result;
  const unit = report.reading?.units?.[config.output];
  const main = residuals.draw({
    of: `${counted(data.test.rows, "test row")}, ${config.output}`,
    units: unit === undefined ? `the units of ${config.output}` : unit,
    truth: data.test.truth,
    predicted: data.decode(model.predict(data.test.x)),
  });
  const compared = measured.result("compare");
  return {
    title: `${capital(config.output)} of ${report.source} by one Transformer`,
    question: `How well can ${config.output} be predicted from the other columns, and does a Transformer help?`,
    setting: settingText(config, result, data),
    answer: [
      ...(compared ? [`${capital(verdictOf(compared))}.`] : []),
      `On ${counted(data.test.rows, "test row")}: R² ${rSquared(test.r2)}, RMSE ${said(test.rmse)}, mean error ${said(test.mae)}, largest ${said(test.sup)}, in the units of ${config.output}.`,
    ],
    ...(main ? { main } : {}),
    sections: [
      errorSection(measured, config.output),
      ...(compared ? [compareSection(compared, measured, config.output)] : []),
      tableSection(result),
      attentionSection(measured),
      trainingSection(
        result,
        { measure: "rmse", evaluations: result.evaluations, ...(result.best ? { best: result.best } : {}) },
        report.splits.validation,
      ),
    ],
    methods: await methodsOf(directory, result),
  };
}

const said = (value: number) => String(Number(value.toPrecision(3)));

function settingText(config: FitConfig, { parameters, steps, report }: FitResult, data: TabularData): string {
  const { train, validation, test } = report.splits;
  return `A Transformer of ${grouped(parameters)} parameters, a token a column (${counted(data.inputs.length, "input")}), trained for ${grouped(steps)} updates on ${grouped(train)} rows; ${grouped(validation)} to validate, ${grouped(test)} to test; seed ${config.seed}.`;
}

function errorSection(measured: Measured, output: string): ReportSection {
  return section(
    "errors",
    "How far predictions are off",
    [
      measured.line("errors"),
      `These numbers are standardised: 1 is a standard deviation of ${output} in the training rows. The main figure has its own units.`,
    ],
    [],
  );
}

function compareSection({ table, test }: CompareResult, measured: Measured, output: string): ReportSection {
  return section(
    "compare",
    "Beside simpler predictors",
    [
      measured.line("compare"),
      "All are fitted to the same training rows and judged on the same test rows. One wins where the 95% interval of the difference leaves out 0 (ours).",
    ],
    [],
    [
      {
        name: "competitors",
        caption: `RMSE on ${grouped(test)} test rows, in standard deviations of ${output}; difference: the Transformer's less this one's, from and to its 95% interval.`,
        columns: [
          { field: "name", title: "", format: "text" },
          { field: "numbers", title: "numbers", format: "count" },
          { field: "rmse", title: "RMSE" },
          { field: "r2", title: "R²" },
          { field: "difference", title: "difference" },
          { field: "low", title: "from" },
          { field: "high", title: "to" },
          { field: "detail", title: "how", format: "text" },
        ],
        rows: table.map(({ name, numbers, rmse, r2, differenceRmse, detail }) => ({
          ...{ name, numbers, rmse, r2, detail },
          difference: differenceRmse?.value ?? null,
          low: differenceRmse?.low ?? null,
          high: differenceRmse?.high ?? null,
        })),
      },
    ],
  );
}

/** What was read, and what the model sees of it. */
function tableSection({ report, columns }: FitResult): ReportSection {
  const missing = new Map(report.missing.map(({ name, rows }) => [name, rows]));
  const units = report.reading?.units ?? {};
  return section(
    "table",
    "What was read",
    describeReport(report)
      .split("\n")
      .map((line) => `${capital(line)}.`),
    [],
    [
      {
        name: "inputs",
        caption: `What the model reads, by the ${grouped(report.splits.train)} training rows.`,
        columns: [
          { field: "name", title: "column", format: "text" },
          { field: "kind", title: "kind", format: "text" },
          { field: "values", title: "values", format: "text" },
          { field: "missing", title: "missing", format: "count" },
        ],
        rows: columns.inputs.map((input) => ({
          name: input.name,
          kind: input.kind,
          values:
            input.kind === "numeric"
              ? `${input.range[0]} to ${input.range[1]}${units[input.name] ? ` ${units[input.name]}` : ""}`
              : input.categories.map(listed).join(", "),
          missing: missing.get(input.name) ?? 0,
        })),
      },
    ],
  );
}

async function methodsOf(directory: FitDirectory, result: FitResult): Promise<Methods> {
  const { config, reading } = directory.begun;
  const { sizes, columns, environment, report } = result;
  const { training } = sizes;
  const read = reading && describeReading(reading);
  return {
    text: [
      `The table is ${report.source}${read ? `, ${read}` : ""}. Rows that lack a value of a used column are left out; the others are split by the seed, 70% to train, 15% to validate, 15% to test. Numbers are standardised by the training rows.`,
      `The model is an FT-Transformer (Gorishniy et al. 2021): a token for each of ${counted(columns.inputs.length, "column")} and a learned one that is read; ${counted(config.layers, "layer")}, width ${sizes.dModel}, ${counted(sizes.heads, "head")}, feed-forward width ${sizes.ff}, dropout ${sizes.dropout}.`,
      `Trained for up to ${counted(training.steps, "update")} of ${counted(training.batch, "row")} by AdamW on mean squared error: peak learning rate ${training.lr}, warm-up over ${grouped(training.warmup)} updates, then ${training.schedule} decay; weight decay ${training.weightDecay}; validated every ${counted(training.evaluateEvery, "update")}, stopped after ${training.patience} validations without improvement; the weights of the best are kept. Test rows are looked at once, in the end.`,
      `Measures were taken with the fit's seed, ${config.seed}, unless they were stored before. Intervals are 95%. ${bitsText("strict")}`,
    ],
    commands: [`${fitCommand(config)} --out runs/again`, "plateau report runs/again -o report.html"],
    environment,
    repeat: await repeatableFit(directory.begun, result),
  };
}

/** `plateau fit` with every option that was given. */
function fitCommand(config: FitConfig): string {
  const { data, output, inputs, categorical, missing, ...rest } = config;
  const words = ["plateau fit", `--data ${shellWord(data)}`, `--output ${shellWord(output)}`];
  const list = (flag: string, names: readonly string[]) => {
    if (names.length > 0) words.push(`${flag} ${shellWord(names.map(listed).join(","))}`);
  };
  list("--inputs", inputs ?? []);
  list("--categorical", categorical);
  list("--missing", missing ?? []);
  const defaults: Readonly<Record<string, unknown>> = { layers: 2, lr: 1e-3, seed: 0 };
  for (const [key, value] of Object.entries(rest)) {
    if (value === undefined || defaults[key] === value) continue;
    const flag = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    words.push(`--${flag} ${shellWord(String(value))}`);
  }
  return words.join(" ");
}
