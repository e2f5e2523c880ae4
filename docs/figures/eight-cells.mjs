// One function and eight cells, by three constructions: what each computes in between.
import { buildYun, findTarget } from "../../dist/src/index.js";
import { findConstruction } from "../../dist/src/theory/constructions/registry.js";
import { defineTask } from "../../dist/src/theory/constructions/task.js";

const POINTS = 800;
const CELLS = 8;

export default function figure() {
  const target = findTarget("sin(6*x) on x=0:1");
  const task = defineTask(target);
  const x = Float64Array.from({ length: POINTS + 1 }, (_, i) => i / POINTS);
  const made = (name, size, options) => findConstruction(name).construct(task, size, options).g;
  const curves = {
    "sin(6x)": task.f,
    "yun, δ = 1/8": buildYun(task.f, { dim: 1, inputTokens: 1, outputTokens: 1, cells: CELLS }, [0], [1]).g,
    "relu, 8 cells": made("relu", CELLS, { variant: "wide" }),
    "partition, 8 tokens": made("partition", CELLS, { order: 1, sharpness: 1 }),
  };
  const values = Object.entries(curves).flatMap(([name, g]) =>
    Array.from(g.evaluate(x, x.length), (y, i) => ({ x: x[i], y, name })),
  );
  return {
    data: { values },
    width: 480,
    height: 240,
    mark: { type: "line", interpolate: "linear", strokeWidth: 1.5 },
    encoding: {
      x: { field: "x", type: "quantitative" },
      y: { field: "y", type: "quantitative", title: null },
      color: {
        field: "name",
        type: "nominal",
        title: null,
        sort: null,
        scale: { domain: Object.keys(curves), range: ["#b0b0b0", "#d1495b", "#3a9d5d", "#2a6fbb"] },
      },
    },
  };
}
