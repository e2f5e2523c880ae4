// Largest error against parameters, for three constructions, over ladders of sizes; the exponents go to stderr
// as rows of docs/theory.md's table.
import { findConstruction, measureRate, rateTask } from "../../dist/src/index.js";

// 3 divides none of these, so that a cusp at 1/3 lies alike in its cell at every size: a third from either side,
// and for yun, whose cells have their value at a corner, a third from the left. One cell is no rung: a constant.
const cells = {
  yun: [
    [4, 7, 10, 16, 25, 40],
    [4, 7, 10, 13, 16],
    [4, 7, 10, 13],
  ],
  partition: [
    [16, 32, 64, 128, 256],
    [8, 16, 32, 64],
    [4, 5, 8, 10, 16],
  ],
  relu: [
    [16, 32, 64, 128, 256],
    [8, 16, 32, 64],
    [2, 4, 5, 7, 8],
  ],
};
const options = {
  yun: () => ({ positions: true, constants: "proof" }),
  partition: (smoothness) => ({ order: smoothness === "C2" ? 2 : 1, sharpness: 1 }),
  relu: () => ({ variant: "wide" }),
};
/** A range that holds the theorem's exponent, lies above it (no disagreement: it is a lower bound), or below. */
const signs = { inside: "∋", above: "above", below: "**below**" };
const names = { 0.25: "α = 1/4", 0.5: "α = 1/2", 1: "α = 1", C2: "C²" };

export default async function figure() {
  const values = [];
  for (const d of [1, 2, 3]) {
    for (const smoothness of [0.25, 0.5, 1, "C2"]) {
      const { task, points } = rateTask(smoothness, d);
      for (const [name, ladders] of Object.entries(cells)) {
        const sizes = ladders[d - 1].map((n) => (name === "partition" ? n ** d : n));
        // Where certificates are quick.
        const rate = await measureRate(findConstruction(name), task, smoothness, sizes, {
          options: options[name](smoothness),
          points,
          boxes: name === "relu" ? 20_000 : name === "partition" && d === 1 ? 4000 : 0,
        });
        console.error(row(d, names[smoothness], rate));
        for (const { parameters, error } of rate.rungs) {
          const inputs = `${d} ${d === 1 ? "input" : "inputs"}`;
          values.push({ inputs, smoothness: names[smoothness], construction: name, parameters, error });
        }
      }
    }
  }
  const log = { type: "log", nice: false };
  return {
    data: { values: values.filter(({ smoothness }) => smoothness === "α = 1/2" || smoothness === "C²") },
    facet: { column: { field: "inputs", title: null }, row: { field: "smoothness", title: null } },
    spec: {
      width: 190,
      height: 170,
      mark: { type: "line", point: { size: 25 }, strokeWidth: 1.2 },
      encoding: {
        x: {
          field: "parameters",
          type: "quantitative",
          scale: log,
          title: "parameters",
          axis: { format: "~s", tickCount: 4 },
        },
        y: {
          field: "error",
          type: "quantitative",
          scale: log,
          title: "largest error",
          axis: { format: "~g", tickCount: 5 },
        },
        color: { field: "construction", type: "nominal", title: null },
      },
    },
    resolve: { scale: { x: "independent" } },
  };
}

/** A row of the table: exponents by size, parameters and layers, each beside the theorem's. */
function row(d, smoothness, rate) {
  const digits = (value) => String(Number(value.toFixed(3)));
  const cell = (of) => {
    if (of === null) return "";
    const { fit, range, theory, beside } = of;
    return `${digits(fit.exponent.value)} [${digits(range.low)}, ${digits(range.high)}] ${signs[beside]} ${digits(theory)}`;
  };
  const { construction, bySize, byParameters, byLayers, certified } = rate;
  return `| ${d} | ${smoothness} | ${construction}${certified ? " ✓" : ""} | ${cell(bySize)} | ${cell(byParameters)} | ${cell(byLayers)} |`;
}
