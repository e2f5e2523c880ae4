import { type Pointer, read, write } from "../call.js";
import type { Op } from "../op.js";
import { lastExtent, requireShape, rows, type Tensor, type View } from "../tensor.js";

/** Numbers of x that each token is made of, in order: 1 for a numeric column, the categories of another. */
export interface FeatureTokens {
  /** 0: the token is its bias alone, the same in every row ([CLS]). */
  readonly widths: readonly number[];
}

/**
 * y[B, T, D]: token t is xₜ·Wₜ + b[t], with xₜ its own part of the row x [B, F] and Wₜ the same rows of
 * w [F, D]; b [T, D]. Of a one-hot part xₜ·Wₜ is a row of an embedding table: the feature tokenizer of
 * FT-Transformer (Gorishniy et al. 2021, arXiv 2106.11959).
 */
export const featureTokens: Op<{ x: Tensor; w: Tensor; b: Tensor }, FeatureTokens> = {
  name: "feature-tokens",
  inputs: ({ x, w, b }) => [x, w, b],
  shape({ x, w, b }, { widths }) {
    const F = widths.reduce((sum, width) => sum + width, 0);
    const D = lastExtent(w.shape);
    requireShape("a row of features", [lastExtent(x.shape)], [F]);
    requireShape(`weight ${w.name}`, w.shape, [F, D]);
    requireShape(`bias ${b.name}`, b.shape, [widths.length, D]);
    return [rows(x.shape), widths.length, D];
  },
  forward(graph, y, { x, w, b }, { widths }) {
    const [B, T, D] = y.shape;
    const F = lastExtent(x.shape);
    for (const { t, from, width } of parts(widths)) {
      const out = write(moved(y, t * D));
      const bias = read(moved(b, t * D));
      const factors = [read(moved(x, from)), read(moved(w, from * D))] as const;
      graph.emit("gemmNN", [out, ...factors, bias, B, D, width, F, D, T * D, 0]);
    }
  },
  backward(graph, y, { x, w, b }, { widths }) {
    const [B, T, D] = y.shape;
    const F = lastExtent(x.shape);
    const dy = graph.gradient(y);
    const dw = graph.sum(w);
    const db = graph.sum(b);
    const dx = graph.contribute(x);
    if (db) graph.emit("sumBatch", [db.pointer, read(dy), B, T * D]);
    for (const { t, from, width } of parts(widths)) {
      if (width === 0) continue;
      const dyHere = read(moved(dy, t * D));
      if (dw) {
        const to = movedPointer(dw.pointer, from * D);
        graph.emit("gemmTN", [to, read(moved(x, from)), dyHere, 0, width, D, B, F, T * D, D, 1]);
      }
      if (dx) {
        const to = movedPointer(dx.pointer, from);
        const wHere = read(moved(w, from * D));
        graph.emit("gemmNT", [to, dyHere, wHere, 0, B, width, D, T * D, D, F, dx.accumulate]);
      }
    }
  },
};

function* parts(widths: readonly number[]): Iterable<{ t: number; from: number; width: number }> {
  let from = 0;
  for (const [t, width] of widths.entries()) {
    yield { t, from, width };
    from += width;
  }
}

const moved = ({ buffer, start }: View, by: number): View => ({ buffer, start: start + by });

const movedPointer = ({ view, access }: Pointer, by: number): Pointer => ({ view: moved(view, by), access });
