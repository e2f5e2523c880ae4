// The error of an interpolant of sin(6x), and what is certain of it on 16, 32 and 128 boxes.
import {
  defineTask,
  errorOnBox,
  findConstruction,
  findTarget,
  networkEnclosure,
  targetEnclosure,
} from "../../dist/src/index.js";

const POINTS = 1200;

export default function figure() {
  const task = defineTask(findTarget("sin(6*x) on x=0:1"));
  const { g, model } = findConstruction("relu").construct(task, 8, { variant: "wide" });
  const x = Float64Array.from({ length: POINTS + 1 }, (_, i) => Math.fround(i / POINTS));
  const [y, z] = [task.f.evaluate(x, x.length), g.evaluate(x, x.length)];
  const error = Array.from(x, (at, i) => ({ x: at, y: Math.abs(y[i] - z[i]), what: "error" }));
  const [target, network] = [targetEnclosure(task), networkEnclosure(model)];
  const bounds = [16, 32, 128].flatMap((boxes) =>
    Array.from({ length: boxes }, (_, i) => {
      const [low, high] = [i / boxes, (i + 1) / boxes];
      const { upper } = errorOnBox(target, network, Float64Array.of(low), Float64Array.of(high));
      const what = `bound, ${boxes} boxes`;
      return [
        { x: low, y: upper, what },
        { x: high, y: upper, what },
      ];
    }).flat(),
  );
  return {
    data: { values: [...bounds, ...error] },
    width: 480,
    height: 240,
    mark: { type: "line", strokeWidth: 1.3 },
    encoding: {
      x: { field: "x", type: "quantitative" },
      y: { field: "y", type: "quantitative", title: "|f − g|" },
      color: {
        field: "what",
        type: "nominal",
        title: null,
        sort: null,
        scale: {
          domain: ["bound, 16 boxes", "bound, 32 boxes", "bound, 128 boxes", "error"],
          range: ["#e3b7bd", "#d98a96", "#d1495b", "#2a6fbb"],
        },
      },
    },
  };
}
