import { read, update, write } from "../call.js";
import type { Op } from "../op.js";
import { lastExtent, requireShape, rows, size, type Tensor, type View } from "../tensor.js";

/** y[…, D] = (r − mean r)/√(var r + eps)·g + b over the last extent, r = x + residual. */
export interface LayerNormInputs {
  x: Tensor;
  g: Tensor;
  b: Tensor;
  residual?: Tensor;
}

export interface LayerNormAttributes {
  /** Default 1e-5, as PyTorch has it. */
  eps?: number;
}

export interface Saved {
  normalized: View;
  scale: View;
}

export const layernorm: Op<LayerNormInputs, LayerNormAttributes, Saved | undefined> = {
  name: "layernorm",
  inputs: ({ x, g, b, residual }) => (residual ? [x, g, b, residual] : [x, g, b]),
  shape({ x, g, b, residual }) {
    const D = lastExtent(x.shape);
    requireShape(`gain ${g.name}`, g.shape, [D]);
    requireShape(`bias ${b.name}`, b.shape, [D]);
    if (residual) requireShape("residual", residual.shape, x.shape);
    return x.shape;
  },
  forward(graph, y, { x, g, b, residual }, { eps = 1e-5 }) {
    const N = rows(x.shape);
    const saved = graph.keepsValues
      ? { normalized: graph.scratch("normalized", size(x.shape)), scale: graph.scratch("scale", N) }
      : undefined;
    graph.emit("layernormForward", [
      write(y),
      saved ? write(saved.normalized) : 0,
      saved ? write(saved.scale) : 0,
      read(x),
      residual ? read(residual) : 0,
      read(g),
      read(b),
      N,
      lastExtent(x.shape),
      eps,
    ]);
    return saved;
  },
  backward(graph, y, { x, g, b, residual }, _attributes, saved) {
    const { normalized, scale } = saved!;
    // The kernel makes all three gradients: those that nobody asked for go to scratch.
    const D = lastExtent(x.shape);
    const dg = graph.sum(g)?.pointer ?? write(graph.scratch("unused gain", D));
    // Its two sums over the rows must not share memory, as they would where one parameter is both.
    const shared = b.buffer === g.buffer ? graph.scratch("bias", D) : undefined;
    if (shared) graph.emit("fillFloats", [write(shared), 0, D]);
    const db = shared ? update(shared) : (graph.sum(b)?.pointer ?? write(graph.scratch("unused bias", D)));
    const dx = graph.contribute(x);
    const to = dx ?? { pointer: write(graph.scratch("unused", size(x.shape))), accumulate: 0 };
    const dy = graph.gradient(y);
    const fresh = dx?.accumulate === 0 || !dx;
    // A residual's share equals x's, but only where x's has nothing else in it.
    const share = residual?.needsGradient && !fresh ? graph.scratch("share", size(x.shape)) : undefined;
    graph.emit("layernormBackward", [
      share ? write(share) : to.pointer,
      dg,
      db,
      read(dy),
      read(normalized),
      read(scale),
      read(g),
      rows(x.shape),
      D,
      share ? 0 : to.accumulate,
    ]);
    const toBias = shared && graph.sum(b);
    if (toBias) graph.emit("addInto", [toBias.pointer, read(shared), D]);
    if (share) graph.emit("addInto", [dx!.pointer, read(share), size(x.shape)]);
    if (residual?.needsGradient) graph.pass(share ?? to.pointer.view, residual);
  },
};
