// Error of least squares in context by layers of linear attention, on the target's data: D = 3, 12 examples.
import { contraction, descend, findTarget, promptOf } from "../../dist/src/index.js";
import { findConstruction } from "../../dist/src/theory/constructions/registry.js";
import { defineTask } from "../../dist/src/theory/constructions/task.js";

const [D, K] = [3, 12];
const ROWS = 1000;
const DEPTHS = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32];

export default function figure() {
  const target = findTarget(`in-context-linear(${D}, ${K})`);
  const task = defineTask(target);
  const { x, y, u } = target.sample("test", { start: 0, count: ROWS }, 1, 0);
  const rms = (values) => Math.sqrt(values.reduce((sum, one) => sum + one * one, 0) / values.length);
  const run = (layers, options) => {
    const { model } = findConstruction("incontext").construct(task, layers, options);
    return rms(Array.from(model.predict(x), (one, i) => one - y[i]));
  };
  const prompts = Array.from({ length: ROWS }, (_, i) =>
    promptOf(x.subarray((i * x.length) / ROWS, ((i + 1) * x.length) / ROWS), D, K),
  );
  const norm = (z) => Math.sqrt(z.reduce((sum, one) => sum + one * one, 0));
  const weights = (i) => norm(Array.from(u.subarray((i * u.length) / ROWS, (i * u.length) / ROWS + D)));
  const names = {
    fixed: "layers, η = 1",
    searched: "layers, η by line search for that depth",
    descent: "gradient descent in float64, η = 1",
    bound: "its bound ρᵗ‖w‖‖q‖",
  };
  const values = DEPTHS.flatMap((t) => [
    { t, name: names.fixed, error: run(t, { eta: 1 }) },
    { t, name: names.searched, error: run(t, {}) },
    { t, name: names.descent, error: rms(prompts.map((prompt, i) => descend(prompt, 1, t)[t] - y[i])) },
    {
      t,
      name: names.bound,
      error: rms(prompts.map((prompt, i) => contraction(prompt, 1) ** t * weights(i) * norm(prompt.query))),
    },
  ]);
  const color = {
    field: "name",
    type: "nominal",
    title: null,
    scale: {
      domain: [names.bound, names.fixed, names.descent, names.searched],
      range: ["#6b6b6b", "#2a6fbb", "#e08e2b", "#3a9d5d"],
    },
  };
  const encoding = {
    x: { field: "t", type: "quantitative", title: "layers (gradient steps)" },
    y: { field: "error", type: "quantitative", title: "root mean square error", scale: { type: "log" } },
    color,
  };
  return {
    data: { values },
    width: 440,
    height: 260,
    layer: [
      {
        transform: [{ filter: `datum.name != '${names.descent}'` }],
        mark: { type: "line", point: true },
        encoding,
      },
      {
        transform: [{ filter: `datum.name == '${names.descent}'` }],
        mark: { type: "point", shape: "cross", size: 60 },
        encoding,
      },
    ],
  };
}
