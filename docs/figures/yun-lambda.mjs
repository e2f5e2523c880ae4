// How far the softmax and ReLU version is from the hardmax one at temperature λ: d = 1, m = 2, δ = 1/16.
import { buildYun, distanceAt, findTarget } from "../../dist/src/index.js";

const lambdas = Array.from({ length: 19 }, (_, i) => 2 ** (1 + i / 2));

export default function figure() {
  const target = findTarget("x - 3*y + x*y on x=0:1,y=-1:1");
  const { low, high } = target.domainOf(1);
  const built = buildYun(
    target.asFunction(1),
    { dim: 1, inputTokens: 2, outputTokens: 1, cells: 16 },
    low,
    high,
  );
  const distances = lambdas.map((lambda) => distanceAt(built, lambda, { points: 2000 }));
  const series = {
    differing: "share of uniform points that differ",
    corners: "largest difference at a corner",
  };
  // 0 has no place on a log axis: drawn at its foot, which is labelled as what it stands for.
  const FOOT = 1e-3;
  const values = distances.flatMap((one) =>
    Object.entries(series).map(([key, name]) => ({
      lambda: one.lambda,
      value: Math.max(one[key], FOOT),
      name,
    })),
  );
  const ramps = lambdas.map((lambda) => ({ lambda, value: 1 - (1 - 1 / lambda) ** 2 }));
  const x = { field: "lambda", type: "quantitative", title: "λ", scale: { type: "log", base: 2 } };
  const y = {
    field: "value",
    type: "quantitative",
    title: "distance from the hardmax version",
    scale: { type: "log", domain: [FOOT, 10] },
    axis: { values: [0.001, 0.01, 0.1, 1, 10], labelExpr: "datum.value == 0.001 ? '≤ 0.001' : datum.label" },
  };
  return {
    title: "Softmax and ReLU tend to the construction, but for ramps between cells",
    width: 440,
    height: 260,
    layer: [
      {
        data: { values: ramps },
        mark: { type: "line", strokeDash: [4, 3], color: "#6b6b6b", strokeWidth: 1 },
        encoding: { x, y },
      },
      {
        data: { values },
        mark: { type: "line", point: true },
        encoding: {
          x,
          y,
          color: { field: "name", type: "nominal", title: "dashed: share of ramps, 1 − (1 − 1/λ)²" },
        },
      },
    ],
  };
}
