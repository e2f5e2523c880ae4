import { PlateauError } from "../../errors.js";
import { read, write, writeOrUpdate } from "../call.js";
import type { Op } from "../op.js";
import { lastExtent, type Tensor, type View } from "../tensor.js";

/** Width of a head that the kernel's scratch holds. */
const WIDEST = 512;

function widths({ qkv }: { qkv: Tensor }, heads: number) {
  const [B, T] = qkv.shape;
  const ld = lastExtent(qkv.shape);
  const D = ld / 3;
  return { B, T, D, E: D / heads, ld };
}

/** Queries, keys and values of a packed tensor or of its gradient. */
function parts({ buffer, start }: View, D: number): [View, View, View] {
  const from = (by: number): View => ({ buffer, start: start + by });
  return [from(0), from(D), from(2 * D)];
}

/**
 * Attention without a normaliser, of a sequence to itself: out_t = Σ_s (q_t·k_s)·v_s in every head, not
 * scaled. qkv [B, T, 3·D] → [B, T, D]. Sums over the keys come first, so no [T, T] scores are made.
 */
export const linearAttention: Op<{ qkv: Tensor }, { heads: number }> = {
  name: "linear-attention",
  inputs: ({ qkv }) => [qkv],
  shape(inputs, { heads }) {
    const { B, T, D, E } = widths(inputs, heads);
    if (!Number.isInteger(E) || E > WIDEST) {
      throw new PlateauError(
        "shape-mismatch",
        `${heads} heads of a model width of ${D}: each needs a whole number of columns, at most ${WIDEST}`,
      );
    }
    return [B, T, D];
  },
  forward(graph, out, inputs, { heads }) {
    const { B, T, D, E, ld } = widths(inputs, heads);
    const [q, k, v] = parts(inputs.qkv, D);
    const sizes = [B, T, T, heads, E, ld, ld, ld, D] as const;
    graph.emit("linearAttentionForward", [write(out), read(q), read(k), read(v), ...sizes]);
  },
  backward(graph, out, inputs, { heads }) {
    const { B, T, D, E, ld } = widths(inputs, heads);
    const to = graph.contribute(inputs.qkv);
    if (!to) return;
    const [q, k, v] = parts(inputs.qkv, D);
    const [dq, dk, dv] = parts(to.view, D).map((view) => writeOrUpdate(view, to.accumulate));
    const sizes = [B, T, T, heads, E, ld, ld, ld, D] as const;
    const from = [read(graph.gradient(out)), read(q), read(k), read(v)] as const;
    graph.emit("linearAttentionBackward", [dq, dk, dv, ...from, ...sizes, to.accumulate]);
  },
};
