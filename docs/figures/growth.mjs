// Milliseconds of a training step against batch, width, layers, length and parameters, from
// docs/figures/data/bench.json (npm run bench -- --out); the exponents stand in docs/performance.md's table.
import { benchData } from "./data/read.mjs";

export default async function figure() {
  const values = Object.entries(benchData()).flatMap(([name, measured]) => {
    if (!name.startsWith("growth:")) return [];
    const what = `${name.slice(7)}: exponent ${measured.exponent.toFixed(2)}`;
    return Object.entries(measured).flatMap(([key, ms]) => {
      const size = /^ms at (\d+)$/.exec(key)?.[1];
      return size === undefined ? [] : [{ what, size: Number(size), ms: ms.median }];
    });
  });
  const log = { type: "log", nice: false };
  return {
    data: { values },
    facet: { field: "what", title: null, type: "nominal" },
    columns: 3,
    spec: {
      width: 180,
      height: 150,
      mark: { type: "line", point: { size: 25 }, strokeWidth: 1.2 },
      encoding: {
        x: {
          field: "size",
          type: "quantitative",
          scale: log,
          title: null,
          axis: { format: "~s", tickCount: 4 },
        },
        y: {
          field: "ms",
          type: "quantitative",
          scale: { type: "log" },
          title: "ms a step",
          axis: { format: "~g", tickCount: 4 },
        },
      },
    },
    resolve: { scale: { x: "independent", y: "independent" } },
  };
}
