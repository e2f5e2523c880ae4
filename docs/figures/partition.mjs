// The shares of eight memory tokens, and how the error falls with their number at order 1 and 2.
import { defineTask, findConstruction, findTarget, largestError } from "../../dist/src/index.js";

const POINTS = 600;
const TOKENS = 8;

export default async function figure() {
  const partition = findConstruction("partition");
  const task = defineTask(findTarget("sin(6*x) on x=0:1"));
  const x = Float64Array.from({ length: POINTS + 1 }, (_, i) => i / POINTS);
  // A token's share is what comes out where its value is 1 and all others' 0.
  const { model } = partition.construct(task, TOKENS, { order: 1, sharpness: 1 });
  const state = model.stateDict();
  const shares = [];
  for (let token = 0; token < TOKENS; token++) {
    state.get("memory.values").data.fill(0)[token] = 1;
    model.loadStateDict(state);
    model.predict(Float32Array.from(x)).forEach((share, i) => void shares.push({ x: x[i], share, token }));
  }
  const errors = [];
  for (const order of [1, 2]) {
    for (const N of [4, 8, 16, 32, 64, 128, 256]) {
      const { g } = partition.construct(task, N, { order, sharpness: 1 });
      errors.push({ N, order: `order ${order}`, error: await largestError(task, g) });
    }
  }
  const log = { type: "log", nice: false };
  return {
    hconcat: [
      {
        title: "Shares of eight memory tokens",
        data: { values: shares },
        width: 300,
        height: 200,
        mark: { type: "line", strokeWidth: 1.3 },
        encoding: {
          x: { field: "x", type: "quantitative" },
          y: { field: "share", type: "quantitative", title: null },
          color: { field: "token", type: "nominal", legend: null, scale: { scheme: "blues" } },
        },
      },
      {
        title: "Largest error on sin(6x)",
        data: { values: errors },
        width: 260,
        height: 200,
        mark: { type: "line", point: true, strokeWidth: 1.3 },
        encoding: {
          x: {
            field: "N",
            type: "quantitative",
            scale: log,
            title: "memory tokens",
            axis: { values: [4, 16, 64, 256] },
          },
          y: {
            field: "error",
            type: "quantitative",
            scale: log,
            title: null,
            axis: { format: "~g", tickCount: 6 },
          },
          color: { field: "order", type: "nominal", title: null },
        },
      },
    ],
    resolve: { scale: { color: "independent" } },
  };
}
