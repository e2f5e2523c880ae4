import type { FitConfig } from "../experiments/fit/config.js";
import type { FitResult } from "../experiments/fit/result.js";
import { listed } from "../text.js";
import { r2, short, whole } from "./output.js";

/** In which units measures of a fit to a table are. */
export function unitsOf(output: string): string {
  return `The measures are of standardised numbers: 1 is a standard deviation of ${output}.`;
}

/** A fit to a table for people: what became of the rows, the model, its errors on the test rows. */
export function describeFit(config: FitConfig, result: FitResult): string {
  const { report, sizes, parameters, steps, seconds, best, test, columns } = result;
  const { train, validation, test: tested } = report.splits;
  const dropped = report.droppedRows > 0 ? `, ${whole(report.droppedRows)} left out for missing values` : "";
  return [
    `${config.output} from ${columns.inputs.map(({ name }) => listed(name)).join(", ")}`,
    `${whole(report.rows)} rows: ${whole(train)} to train, ${whole(validation)} to validate, ${whole(tested)} to test${dropped}`,
    ...report.leftOut.map(({ name, reason }) => `not an input: ${listed(name)} (${reason})`),
    ...report.unknownCategories.map(
      ({ name, categories, rows }) =>
        `${listed(name)}: ${categories.slice(0, 5).map(listed).join(", ")} in ${whole(rows)} rows, never seen in training`,
    ),
    `Transformer of ${whole(parameters)} parameters: ${config.layers} layers, d-model ${sizes.dModel}, ${sizes.heads} heads; a token a column`,
    `${whole(steps)} updates in ${seconds.toFixed(1)} s; kept the weights of update ${whole(best?.update ?? steps)}`,
    `test rows: R² ${r2(test.r2)}, RMSE ${short(test.rmse)}, mean error ${short(test.mae)}, largest ${short(test.sup)} (in the units of ${config.output}${unitText(result)})`,
  ].join("\n");
}

function unitText({ report, columns }: FitResult): string {
  const [{ name }] = columns.outputs;
  const unit = report.reading?.units?.[name];
  return unit === undefined ? "" : `, ${unit}`;
}
