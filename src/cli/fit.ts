import type { Fit } from "../experiments/fit/fit.js";
import { r2, short, whole } from "./output.js";

/** In which units measures of a fit to a table are. */
export function unitsOf(output: string): string {
  return `The measures are of standardised numbers: 1 is a standard deviation of ${output}.`;
}

/** A fit to a table for people: what became of the rows, the model, its errors on the test rows. */
export function describeFit({ config, report, sizes, model, outcome, test, data }: Fit): string {
  const { train, validation, test: tested } = report.splits;
  const dropped = report.droppedRows > 0 ? `, ${whole(report.droppedRows)} left out for missing values` : "";
  const lines = [
    `${config.output} from ${data.inputs.map(({ name }) => name).join(", ")}`,
    `${whole(report.rows)} rows: ${whole(train)} to train, ${whole(validation)} to validate, ${whole(tested)} to test${dropped}`,
    ...report.leftOut.map(({ name, reason }) => `not an input: ${name} (${reason})`),
    ...report.unknownCategories.map(
      ({ name, categories, rows }) =>
        `${name}: ${categories.slice(0, 5).join(", ")} in ${whole(rows)} rows, never seen in training`,
    ),
    `Transformer of ${whole(model.parameterCount)} parameters: ${config.layers} layers, d-model ${sizes.dModel}, ${sizes.heads} heads; a token a column`,
    `${whole(outcome.updates)} updates in ${outcome.seconds.toFixed(1)} s; kept the weights of update ${whole(outcome.best?.update ?? outcome.updates)}`,
  ];
  if (test) {
    lines.push(
      `test rows: R² ${r2(test.r2)}, RMSE ${short(test.rmse)}, mean error ${short(test.mae)}, largest ${short(test.sup)} (in the units of ${config.output})`,
    );
  }
  return lines.join("\n");
}
