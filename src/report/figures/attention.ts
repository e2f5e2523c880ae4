import type { AttentionResult } from "../../analysis/attention.js";
import { said } from "../../analysis/statistics/say.js";
import { log } from "../../targets/math.js";
import { TABLE } from "../figure.js";
import { counted, grouped, tooltip } from "./encodings.js";
import { type FigureKind, sentences } from "./figure-kind.js";

/** As the measure `attention` gives it with `keep`. */
export type AttentionData = AttentionResult;

/** Pixels that all heads of a block have beside each other, and a map at least and at most. */
const ACROSS = 520;
const SMALLEST = 34;
const LARGEST = 120;

export const attention: FigureKind<AttentionData> = {
  name: "attention",
  description: "mean attention maps, a row a block, a column a head",
  draw({ samples, blocks }, { name = "attention", note } = {}) {
    // Where there is one key all weights are 1.
    const kept = blocks.filter(({ keys, heads }) => keys > 1 && heads.some(({ weights }) => weights));
    if (kept.length === 0) return undefined;
    const alone = blocks.length - kept.length;
    const heads = Math.max(...kept.map((block) => block.heads.length));
    const side = Math.max(SMALLEST, Math.min(LARGEST, Math.floor(ACROSS / heads) - 14));
    const names = kept.map((block) => blockName(block.name));
    const all = kept.flatMap((block) =>
      block.heads.map((head) => ({ block: blockName(block.name), keys: block.keys, ...head })),
    );
    const sharpest = all.reduce((a, b) => (spread(b) < spread(a) ? b : a));
    const axis = { labels: side >= 60, ticks: false, domain: false, grid: false, labelAngle: 0 };
    return {
      name,
      title: `Most focused is head ${sharpest.head} of ${sharpest.block}`,
      caption: sentences(
        `Mean attention weights over ${grouped(samples)} points of the domain, a row a block, a column a head; in each map a row is a query token and a column a key token.`,
        alone > 0 && `Left out: ${counted(alone, "block")} with a single key.`,
        `Entropy of the most focused head: ${said(sharpest.entropy.value)} nats (0: one key).`,
        note,
      ),
      alt: `Heat maps of ${counted(all.length, "head")} in ${counted(kept.length, "block")}. Most focused: head ${sharpest.head} of ${sharpest.block}, entropy ${said(sharpest.entropy.value)} nats over ${counted(sharpest.keys, "key")}.`,
      data: all.flatMap(({ block, head, weights }) =>
        (weights ?? []).flatMap((row, t) =>
          row.map((weight, s) => ({ block, head, query: t + 1, key: s + 1, weight })),
        ),
      ),
      spec: {
        data: { name: TABLE },
        mark: { type: "rect" },
        width: side,
        height: side,
        encoding: {
          row: {
            field: "block",
            type: "nominal",
            sort: names,
            title: null,
            header: { labelAngle: 0, labelAlign: "left" },
            spacing: 12,
          },
          column: { field: "head", type: "ordinal", title: "head", spacing: 10 },
          x: { field: "key", type: "ordinal", title: null, axis },
          y: { field: "query", type: "ordinal", title: null, axis },
          color: {
            field: "weight",
            type: "quantitative",
            title: "weight",
            scale: { domain: [0, 1] },
            legend: { gradientLength: 200, values: [0, 0.25, 0.5, 0.75, 1], format: ".2~f" },
          },
          tooltip: tooltip({ block: "", head: "head", query: "query", key: "key", weight: "weight" }),
        },
        resolve: { scale: { x: "independent", y: "independent" } },
      },
    };
  },
  examples: {
    attention: example(
      [
        ["encoder.layers.0.self_attn", 4, 4],
        ["encoder.layers.1.self_attn", 4, 4],
        ["decoder.layers.0.self_attn", 3, 3],
        ["decoder.layers.0.multihead_attn", 3, 4],
      ],
      4,
    ),
    "attention-one": example([["encoder.layers.0.self_attn", 1, 2]], 1),
  },
  nothing: example([["encoder.layers.0.self_attn", 3, 1]], 2),
};

/** Entropy as a share of that of uniform weights: how the measure names the most focused head. */
const spread = ({ entropy, keys }: { entropy: { value: number }; keys: number }) => entropy.value / log(keys);

/** encoder.layers.0.self_attn → encoder 1; decoder.layers.0.multihead_attn → decoder 1, cross. */
function blockName(name: string): string {
  const found = /(encoder|decoder)\.layers\.(\d+)\.(self|multihead)_attn$/.exec(name);
  if (!found) return name;
  const [, side, layer, kind] = found;
  return `${side} ${Number(layer) + 1}${side === "encoder" ? "" : kind === "self" ? ", self" : ", cross"}`;
}

function example(shapes: readonly (readonly [string, number, number])[], heads: number): AttentionData {
  const estimate = { value: 0.5, low: 0.4, high: 0.6 };
  return {
    samples: 256,
    blocks: shapes.map(([name, queries, keys], b) => ({
      name,
      queries,
      keys,
      heads: Array.from({ length: heads }, (_, head) => {
        const weights = Array.from({ length: queries }, (_, t) => {
          const raw = Array.from(
            { length: keys },
            (_, s) => 1 / (1 + (head + b) * Math.abs(s - t - (head % 2))),
          );
          const sum = raw.reduce((all, one) => all + one, 0);
          return raw.map((one) => one / sum);
        });
        const entropy = { ...estimate, value: 1.3 - 0.25 * head - 0.05 * b };
        return { head, entropy, effectiveRank: estimate, distance: estimate, profile: [], weights };
      }),
    })),
  };
}
