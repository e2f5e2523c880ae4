import type { geluErf, geluTanh, relu } from "../../../graph/ops/activation.js";
import type { add } from "../../../graph/ops/add.js";
import type { multiply } from "../../../graph/ops/multiply.js";
import type { piecewise } from "../../../graph/ops/piecewise.js";
import type { EmitterOf } from "../emitter.js";

export const onnxAdd: EmitterOf<typeof add> = (to, { a, b }) => to.node("Add", [to.value(a), to.value(b)]);

export const onnxMultiply: EmitterOf<typeof multiply> = (to, { a, b }) =>
  to.node("Mul", [to.value(a), to.value(b)]);

export const onnxRelu: EmitterOf<typeof relu> = (to, { x }) => to.node("Relu", [to.value(x)]);

/** ½x(1 + erf(x/√2)): the pattern that runtimes fuse, `Gelu` itself came with opset 20. */
export const onnxGelu: EmitterOf<typeof geluErf> = (to, { x }) => {
  const value = to.value(x);
  const erf = to.node("Erf", [to.node("Div", [value, to.scalar(Math.SQRT2)])]);
  const twice = to.node("Mul", [value, to.node("Add", [erf, to.scalar(1)])]);
  return to.node("Mul", [twice, to.scalar(0.5)]);
};

export const onnxGeluTanh: EmitterOf<typeof geluTanh> = (to, { x }) => {
  const value = to.value(x);
  const cube = to.node("Mul", [value, to.node("Mul", [value, value])]);
  const inner = to.node("Add", [value, to.node("Mul", [cube, to.scalar(0.044715)])]);
  const tanh = to.node("Tanh", [to.node("Mul", [inner, to.scalar(Math.sqrt(2 / Math.PI))])]);
  const twice = to.node("Mul", [value, to.node("Add", [tanh, to.scalar(1)])]);
  return to.node("Mul", [twice, to.scalar(0.5)]);
};

export const onnxPiecewise: EmitterOf<typeof piecewise> = (to, { x }, { breaks, slopes, shifts }) => {
  const value = to.value(x);
  const [first, second, third] = slopes.map((slope, i) =>
    to.node("Add", [to.node("Mul", [value, to.scalar(slope)]), to.scalar(shifts[i])]),
  );
  const below = (limit: number) => to.node("Less", [value, to.scalar(limit)]);
  const later = to.node("Where", [below(breaks[1]), second, third]);
  return to.node("Where", [below(breaks[0]), first, later]);
};
