// Layers of Yun et al.'s construction against δ: built and counted (points), and by the formula (lines).
import { asNumber, buildYun, pointwise, yunCounts } from "../../dist/src/index.js";

/** Grids that are built, for each shape. */
const shapes = [
  { dim: 1, inputTokens: 1, positions: true, built: [2, 4, 8, 16, 32, 64, 128, 256] },
  { dim: 1, inputTokens: 2, positions: true, built: [2, 4, 8, 16, 32, 64, 128] },
  { dim: 1, inputTokens: 2, positions: false, built: [2, 4, 8, 16, 32, 64, 128] },
  { dim: 1, inputTokens: 3, positions: true, built: [2, 4, 8, 16, 32] },
  { dim: 2, inputTokens: 2, positions: true, built: [2, 4, 8] },
];

const label = ({ dim, inputTokens, positions }) =>
  `d = ${dim}, m = ${inputTokens}${positions ? "" : ", no positions"}`;

function count({ built: cells, ...shape }) {
  const inputs = shape.dim * shape.inputTokens;
  // Symmetric, so that positions are not needed.
  const f = pointwise({
    name: "sum",
    inputs,
    outputs: shape.dim,
    value: (x) => new Array(shape.dim).fill(x.reduce((sum, one) => sum + one, 0)),
  });
  const sides = [new Array(inputs).fill(0), new Array(inputs).fill(1)];
  return cells.map((n) => {
    let layers = 0;
    for (const _ of buildYun(f, { ...shape, outputTokens: 1, cells: n }, ...sides).all()) layers++;
    return { n, layers, shape: label(shape) };
  });
}

function formula({ built: _, ...shape }) {
  return Array.from({ length: 10 }, (_, i) => 2 ** (i + 1))
    .map((n) => ({
      n,
      layers: asNumber(yunCounts({ ...shape, cells: n }).layers.total),
      shape: label(shape),
    }))
    .filter(({ layers }) => layers <= 1e9);
}

export default function figure() {
  const x = { field: "n", type: "quantitative", title: "1/δ, cells a side", scale: { type: "log", base: 2 } };
  const y = {
    field: "layers",
    type: "quantitative",
    title: "layers",
    scale: { type: "log", domain: [1, 1e9] },
    axis: { format: "~e", labelExpr: "replace(datum.label, '+', '')", tickCount: 9 },
  };
  const color = {
    field: "shape",
    type: "nominal",
    title: "points: built and counted; lines: formula",
    sort: null,
  };
  return {
    title: "A layer for every cell: depth of Yun et al.'s construction",
    width: 440,
    height: 300,
    layer: [
      {
        data: { values: shapes.flatMap(formula) },
        mark: { type: "line", strokeWidth: 1 },
        encoding: { x, y, color },
      },
      {
        data: { values: shapes.flatMap(count) },
        mark: { type: "point", filled: true, size: 40 },
        encoding: { x, y, color },
      },
    ],
  };
}
