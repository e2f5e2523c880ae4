import { pow } from "../../../targets/math.js";
import type { Axis } from "./axis.js";
import type { WidthRule } from "./mixture.js";
import { T } from "./t.js";

export const goodWidths: WidthRule = (axis, places, dimension) =>
  axis.unordered ? choiceWidth(axis, places, T.ch) : width(axis, places, dimension, T.goodScale, T.goodData);

export const badWidths: WidthRule = (axis, places, dimension) =>
  axis.unordered ? choiceWidth(axis, places, T.chb) : width(axis, places, dimension, T.badScale, T.badData);

function choiceWidth({ cardinality }: Axis, { length }: Float64Array, k: number) {
  return (k * cardinality) / (length + k * cardinality);
}
function width(axis: Axis, places: Float64Array, dimension: number, scale: number, data: boolean) {
  const n = Math.max(1, places.length);
  let spread = 1;
  if (data) {
    const unit = (p: number) => Number.isFinite(axis.cardinality) ? (p + 0.5) / axis.cardinality : p;
    let mean = T.pseudo * 0.5;
    for (const x of places) mean += unit(x);
    mean /= n + T.pseudo;
    let sq = T.pseudo / 12;
    for (const x of places) sq += (unit(x) - mean) * (unit(x) - mean);
    spread = Math.sqrt(sq / (n + T.pseudo));
  }
  const w = scale * spread * pow(n, -1 / (dimension + 4));
  return Math.max(w, T.floor, T.intFloor / axis.cardinality);
}
