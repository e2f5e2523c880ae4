// Linear regions of ReLU networks against their hidden units, counted from the slopes of the networks built.
import { defineTask, findConstruction, findTarget, modelFunction } from "../../dist/src/index.js";

export default function figure() {
  const relu = findConstruction("relu");
  const task = defineTask(findTarget("x^2 on x=0:1"));
  const values = [];
  for (let L = 1; L <= 10; L++) {
    for (const variant of ["deep", "wide"]) {
      const { model, details } = relu.construct(task, 2 ** L, { variant });
      const units = details.hidden.reduce((a, b) => a + b);
      values.push({
        units,
        regions: regions(model, 2 ** L),
        variant: variant === "deep" ? "L layers of 4 units" : "one layer",
      });
    }
  }
  const log = { type: "log", nice: false };
  return {
    data: { values },
    width: 360,
    height: 240,
    mark: { type: "line", point: true, strokeWidth: 1.3 },
    encoding: {
      x: { field: "units", type: "quantitative", scale: log, title: "hidden units" },
      y: {
        field: "regions",
        type: "quantitative",
        scale: log,
        title: "linear regions",
        axis: { values: [2, 8, 32, 128, 512] },
      },
      color: { field: "variant", type: "nominal", title: null },
    },
  };
}

/** How often the slope changes between the middles of `cells` equal cells, and one. */
function regions(model, cells) {
  const x = Float64Array.from({ length: cells }, (_, i) => (i + 0.5) / cells);
  const slopes = modelFunction(model).vjp(x, new Float64Array(cells).fill(1), cells);
  let count = 1;
  for (let i = 1; i < cells; i++) if (Math.abs(slopes[i] - slopes[i - 1]) > 0.1 / cells) count++;
  return count;
}
