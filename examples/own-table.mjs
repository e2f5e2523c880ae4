// A CSV file: trains a Transformer over its columns, says whether that was worth it, and predicts a new row.
//   node examples/own-table.mjs yours.csv column
import { fileURLToPath } from "node:url";
import { analyzeSubject, fitSubject, fitTable } from "plateau";
import { readTable } from "plateau/node";

const [, , file = fileURLToPath(new URL("cars.csv", import.meta.url)), output = "mpg"] = process.argv;
const table = await readTable(file);
const { data, model, report, test } = await fitTable(table, { output, seed: 1 });
const { train, validation } = report.splits;
console.log(
  `${report.rows} rows: ${train} to train, ${validation} to validate, ${report.splits.test} to test`,
);
console.log(`${output}: R² ${test.r2.toFixed(3)}, RMSE ${test.rmse.toFixed(2)} on the test rows`);

// The same rows, by simpler predictors.
const { measures } = await analyzeSubject(fitSubject(data, model), { measures: ["compare"], seed: 1 });
console.log(measures.compare.line);

// A new row is an object with the columns that predict: here the least value of each, or its first category.
const row = data.inputs.map((column) => [column.name, column.range?.[0] ?? column.categories[0]]);
const [predicted] = data.decode(model.predict(data.encode([Object.fromEntries(row)])));
console.log(`${row.map(([name, value]) => `${name} ${value}`).join(", ")}: ${predicted.toFixed(1)}`);
