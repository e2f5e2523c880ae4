import test from "ava";
import { r2 } from "../../src/cli/output.js";
import { describeResult } from "../../src/cli/result.js";
import { run } from "../../src/experiments/run.js";

const small = {
  target: "m2n1",
  steps: 2,
  batch: 16,
  trainRows: 200,
  validationRows: 50,
  testRows: 100,
  seed: 3,
};

for (const mode of ["regression", "classification"] as const) {
  test(`every row of a ${mode} table has a baseline beside it`, async (t) => {
    const { result, experiment } = await run({ ...small, mode });
    const text = describeResult(result!, experiment);
    const rows = text.split("\n").filter((line) => line.startsWith("│"));
    const cells = rows.slice(1).map((row) =>
      row
        .split("│")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
    t.deepEqual(
      cells.map(([label]) => label),
      mode === "classification"
        ? [1, 4].map((k) => `failure rate, k = ${k} of all classes`)
        : [
            "RMSE",
            "relative L2 error",
            "R²",
            "largest error",
            ...[1, 4].map((k) => `failure rate, k = ${k} of all true vectors`),
            ...[5, 10, 15, 20].map((K) => `failure rate at matched K = ${K}`),
          ],
    );
    for (const [label, , ...beside] of cells)
      t.true(
        beside.some((cell) => cell !== "–"),
        label,
      );
    t.regex(text, /; [\d.]+ [KM]iB of WebAssembly memory\n/);
  });
}

test("R² just below 0 is 0", (t) => {
  t.deepEqual([-0.0004, -0.4, 0.5, 0.99978].map(r2), ["0.000", "−0.400", "0.500", "0.99978"]);
});
