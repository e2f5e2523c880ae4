import { PlateauError } from "../../errors.js";
import { read, write, writeOrUpdate } from "../call.js";
import type { Graph } from "../graph.js";
import type { Op } from "../op.js";
import { lastExtent, requireShape, size, type Tensor, type View } from "../tensor.js";
import { type Dropout, dropoutArguments } from "./dropout.js";

export const normalizers = ["softmax", "hardmax", "sparsemax"] as const;
export type Normalizer = (typeof normalizers)[number];

/**
 * Scaled dot-product attention of all heads: q [B, T, D], and k and v as one tensor kv [B, S, 2·D]
 * (keys, then values), or all three as one tensor qkv [B, T, 3·D] where queries attend to their own
 * sequence. Output [B, T, D]. Packed as the input projections leave them, so nothing is copied.
 */
export interface AttentionInputs {
  /** q [B, T, D], or qkv [B, T, 3·D] when `kv` is absent. */
  q: Tensor;
  kv?: Tensor;
  /** Added to the scores of every query: [B, S], 0 for a key that counts, −Infinity for one that does not. */
  keyMask?: Tensor;
}

export interface AttentionAttributes {
  heads: number;
  causal?: boolean;
  normalizer?: Normalizer;
  dropout?: Dropout;
  /** Called with the weights, in the kernel's own layout, where they are kept. */
  onWeights?: (weights: View, sizes: { B: number; T: number; S: number; H: number }) => void;
}

/** Scores of a block of queries to all keys must fit the kernels' scratch memory. */
const MOST_KEYS = 8192;

interface Sizes {
  B: number;
  T: number;
  S: number;
  D: number;
  ldq: number;
  ldkv: number;
}

function sizes({ q, kv }: AttentionInputs): Sizes {
  const [B, T] = q.shape;
  const ldq = lastExtent(q.shape);
  if (!kv) return { B, T, S: T, D: ldq / 3, ldq, ldkv: ldq };
  return { B, T, S: kv.shape[1], D: ldq, ldq, ldkv: lastExtent(kv.shape) };
}

/** Where queries, keys and values start. */
function parts(inputs: { q: View; kv?: View }, D: number): [q: View, k: View, v: View] {
  const { q, kv } = inputs;
  const shift = (view: View, by: number): View => ({ buffer: view.buffer, start: view.start + by });
  return kv ? [q, kv, shift(kv, D)] : [q, shift(q, D), shift(q, 2 * D)];
}

/** Floats that the kernel keeps of B·H maps of T×S weights: groups of eight maps side by side. */
function savedFloats({ B, T, S }: Sizes, H: number): number {
  return Math.ceil((B * H) / 8) * 8 * T * S;
}

/** What both kernels end with: sizes, leading dimensions, causal, normaliser, dropout. */
function closing(graph: Graph, { B, T, S, D, ldq, ldkv }: Sizes, attributes: AttentionAttributes) {
  const { heads: H, causal, normalizer = "softmax", dropout } = attributes;
  const sizes = [B, T, S, H, D / H, ldq, ldkv, ldkv, D] as const;
  return [
    ...sizes,
    causal ? 1 : 0,
    normalizers.indexOf(normalizer),
    ...dropoutArguments(graph, dropout),
  ] as const;
}

/**
 * Where the gradients of q and kv go. The kernel makes both, with one flag for both that says whether
 * it adds: what nobody asked for goes to scratch, and a gradient begun here is zeroed where the other
 * has been begun already.
 */
function destinations(graph: Graph, { q, kv, keyMask }: AttentionInputs) {
  if (keyMask?.needsGradient) {
    throw new PlateauError("internal", "attention has no gradient for its key mask");
  }
  const wanted = [q, ...(kv ? [kv] : [])].filter((tensor) => tensor.needsGradient);
  const begun = wanted.map((tensor) => graph.contribute(tensor)!);
  const accumulate = begun.some((to) => to.accumulate === 1) ? 1 : 0;
  for (const [i, to] of begun.entries()) {
    if (to.accumulate !== accumulate) graph.emit("fillFloats", [write(to.view), 0, size(wanted[i].shape)]);
  }
  const place = (tensor: Tensor) =>
    begun[wanted.indexOf(tensor)]?.view ?? graph.scratch("unused", size(tensor.shape));
  return { toQ: place(q), toKv: kv && place(kv), accumulate } as const;
}

export const attention: Op<AttentionInputs, AttentionAttributes, View | undefined> = {
  name: "attention",
  inputs: ({ q, kv, keyMask }) => [q, ...(kv ? [kv] : []), ...(keyMask ? [keyMask] : [])],
  shape(inputs, { heads }) {
    const { B, S, D } = sizes(inputs);
    if (!Number.isInteger(D / heads)) {
      throw new PlateauError("shape-mismatch", `${heads} heads do not divide a model width of ${D}`);
    }
    if (S > MOST_KEYS) {
      throw new PlateauError(
        "shape-mismatch",
        `${S} keys are more than attention takes (${MOST_KEYS}): use shorter sequences`,
      );
    }
    if (inputs.kv) requireShape("keys and values", inputs.kv.shape, [B, S, 2 * D]);
    if (inputs.keyMask) requireShape("key mask", inputs.keyMask.shape, [B, S]);
    return [B, inputs.q.shape[1], D];
  },
  forward(graph, out, inputs, attributes) {
    const all = sizes(inputs);
    const { B, T, S, D } = all;
    const { heads, onWeights } = attributes;
    const [q, k, v] = parts(inputs, D);
    const length = savedFloats(all, heads);
    const weights = onWeights
      ? graph.result(`${out.name}.weights`, length, "f32")
      : graph.keepsValues
        ? graph.scratch("weights", length)
        : undefined;
    graph.emit("attentionForward", [
      write(out),
      weights ? write(weights) : 0,
      read(q),
      read(k),
      read(v),
      inputs.keyMask ? read(inputs.keyMask) : 0,
      ...closing(graph, all, attributes),
    ]);
    if (weights) onWeights?.(weights, { B, T, S, H: heads });
    return weights;
  },
  backward(graph, out, inputs, attributes, weights) {
    const all = sizes(inputs);
    const [q, k, v] = parts(inputs, all.D);
    const { toQ, toKv, accumulate } = destinations(graph, inputs);
    const [dq, dk, dv] = parts({ q: toQ, kv: toKv }, all.D);
    const access = (view: View) => writeOrUpdate(view, accumulate);
    graph.emit("attentionBackward", [
      access(dq),
      access(dk),
      access(dv),
      read(graph.gradient(out)),
      read(weights!),
      read(q),
      read(k),
      read(v),
      inputs.keyMask ? read(inputs.keyMask) : 0,
      ...closing(graph, all, attributes),
      accumulate,
    ]);
  },
};
