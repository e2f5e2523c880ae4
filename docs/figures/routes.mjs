// Layers and parameters that an error ε takes for a function with |f(x) − f(y)| ≤ ‖x − y‖₂ of m numbers: Yun et
// al.'s construction (values at corners), and softmax attention over a grid of memory tokens.
import { asNumber, holderDelta, yunCounts } from "../../dist/src/index.js";

const names = { yun: "Yun et al., hardmax", partition: "softmax partition of unity" };

function costs(m) {
  const extent = { dim: 1, inputTokens: m };
  const law = { constant: 1, exponent: 1 };
  return Array.from({ length: 25 }, (_, i) => 10 ** -(i / 8)).flatMap((epsilon) => {
    const corner = holderDelta(epsilon, law, extent, "corner");
    const { layers, parameters } = yunCounts({
      ...extent,
      outputTokens: 1,
      cells: Math.ceil(1 / corner),
      positions: true,
    });
    // A token's root mean square distance from the points that it answers for is δ√(m/2).
    const tokens = Math.ceil(1 / (Math.SQRT2 * corner)) ** m;
    return [
      { cost: "layers", route: names.yun, value: asNumber(layers.total) },
      { cost: "parameters", route: names.yun, value: asNumber(parameters) },
      { cost: "layers", route: names.partition, value: 1 },
      { cost: "parameters", route: names.partition, value: tokens * (m + 2) + (m + 1) ** 2 },
    ].map((row) => ({ ...row, inverse: 1 / epsilon, m: `m = ${m}` }));
  });
}

export default function figure() {
  const values = [1, 2, 4].flatMap(costs);
  const panel = (cost) => ({
    title: cost,
    width: 260,
    height: 240,
    transform: [{ filter: `datum.cost == '${cost}'` }],
    mark: { type: "line" },
    encoding: {
      x: {
        field: "inverse",
        type: "quantitative",
        title: "1/ε",
        scale: { type: "log" },
        axis: { format: "~e", labelExpr: "replace(datum.label, '+', '')" },
      },
      y: {
        field: "value",
        type: "quantitative",
        title: null,
        scale: { type: "log", domain: [1, 1e18] },
        axis: { format: "~e", labelExpr: "replace(datum.label, '+', '')", tickCount: 7 },
      },
      color: { field: "route", type: "nominal", title: null, sort: Object.values(names) },
      strokeDash: { field: "m", type: "nominal", title: null, sort: null },
    },
  });
  return { data: { values }, hconcat: [panel("layers"), panel("parameters")] };
}
