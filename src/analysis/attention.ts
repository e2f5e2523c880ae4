import * as v from "valibot";
import { PlateauError } from "../errors.js";
import { attentionWeights } from "../nn/attention-weights.js";
import { decodeOwn } from "../nn/decode.js";
import type { Model, ModelProgram, PredictOptions } from "../nn/model.js";
import { pacer } from "../pause.js";
import { sharedEngine } from "../runtime/engine.js";
import { check, flag, whole } from "../validate.js";
import { singularValues } from "./lipschitz/singular-values.js";
import type { Measure, Subject } from "./measure.js";
import type { Estimate } from "./statistics/bootstrap.js";
import { bootstrapMeans } from "./statistics/bootstrap-means.js";

export interface AttentionOptions {
  /** Also return the averaged maps themselves. Default false. */
  readonly keep?: boolean;
  /** As in `Model.predict`, where the decoder does not read its outputs as they are. */
  readonly feedback?: PredictOptions["feedback"];
}

/** One head of one block, each number a mean over the sample. */
export interface HeadProfile {
  /** From 0. */
  readonly head: number;
  /** −Σ w·ln w of a query's weights, in nats, averaged over queries: 0 one key … ln S all keys alike. */
  readonly entropy: Estimate;
  /**
   * Of the map [T, S]: exp of the entropy of its singular values divided by their sum (Roy & Vetterli
   * 2007): 1 where all queries attend alike … min(T, S).
   */
  readonly effectiveRank: Estimate;
  /** Mean |s − t| under the weights, in tokens. */
  readonly distance: Estimate;
  /**
   * The share of the weight that lies `offset` = s − t tokens after the query's own place, for every
   * offset there is; the shares sum to 1. The interval is the normal one, mean ± 1.96 standard errors.
   */
  readonly profile: readonly (Estimate & { readonly offset: number })[];
  /** The mean map [T][S], with `keep`. */
  readonly weights?: readonly (readonly number[])[];
}

/** One attention of the network, head by head. */
export interface AttentionBlock {
  /** The block's name in the state dict. */
  readonly name: string;
  /** T and S: queries and keys. In cross-attention places count from the start of each sequence. */
  readonly queries: number;
  readonly keys: number;
  readonly heads: readonly HeadProfile[];
}

/** What measure `attention` found: where heads look. */
export interface AttentionResult {
  /** Points that the means are taken over, drawn from the domain. */
  readonly samples: number;
  readonly blocks: readonly AttentionBlock[];
}

const schema = v.object({
  samples: v.optional(whole(2, 1 << 20), 256),
  keep: v.optional(flag, false),
});

/** What a network's attention looks at, block by block and head by head, on points of the domain. */
export const attention: Measure<AttentionResult, AttentionOptions> = {
  name: "attention",
  description: "entropy, effective rank and distance of attention, by head and layer",
  needs: ["network"],
  async measure(subject, options = {}) {
    const { samples, keep } = check("attention", schema, { samples: options.samples, keep: options.keep });
    const { seed = 0, feedback } = options;
    const run = runner(subject, feedback);
    const { program, emitted } = run.made;
    const [B] = emitted.x.shape;
    const tallies = emitted.attention.map(({ T, S, H }) =>
      Array.from({ length: H }, () => new Tally(T, S, samples)),
    );
    const turn = pacer("looking at attention", options);
    for (let start = 0; start < samples; start += B) {
      const count = Math.min(B, samples - start);
      run.at(subject.domain.sample(seed, start, count), count);
      // Read before anything is awaited: others may run the same program in between.
      const maps = emitted.attention.map((kept) => attentionWeights(program, kept));
      for (const [i, { T, S, H }] of emitted.attention.entries()) {
        for (let map = 0; map < count * H; map++) {
          const at = map * T * S;
          tallies[i][map % H].add(maps[i].subarray(at, at + T * S), start + Math.floor(map / H));
        }
        await turn((0.9 * (start + (count * (i + 1)) / maps.length)) / samples);
      }
    }
    const blocks: AttentionBlock[] = [];
    for (const [i, { name, T, S }] of emitted.attention.entries()) {
      const heads: HeadProfile[] = [];
      for (const [head, tally] of tallies[i].entries()) {
        heads.push({ head, ...tally.summary(seed, keep) });
        await turn(0.9 + (0.1 * (i + (head + 1) / tallies[i].length)) / tallies.length);
      }
      blocks.push({ name, queries: T, keys: S, heads });
    }
    return { samples, blocks };
  },
  describe({ samples, blocks }) {
    const heads = blocks.flatMap(({ name, keys, heads }) => heads.map((one) => ({ name, keys, ...one })));
    const open = heads.filter(({ keys }) => keys > 1);
    if (open.length === 0) return "No head has more than one key to choose from.";
    const share = ({ entropy, keys }: (typeof open)[number]) => entropy.value / ln(keys);
    const mean = open.reduce((sum, one) => sum + share(one), 0) / open.length;
    const sharpest = open.reduce((least, one) => (share(one) < share(least) ? one : least));
    const percent = (x: number) => `${(100 * x).toFixed(0)}%`;
    return (
      `Over ${samples} points attention is ${percent(mean)} as spread out as uniform attention (mean entropy over ln S, ` +
      `${open.length} heads); most focused is head ${sharpest.head} of ${sharpest.name} at ${percent(share(sharpest))}.`
    );
  },
};

/** Puts points into the network's program and runs it. */
function runner(
  subject: Subject,
  feedback: PredictOptions["feedback"],
): { made: ModelProgram; at: (points: Float64Array, count: number) => void } {
  const { network, domain } = subject;
  if (!network) throw new PlateauError("usage", "attention is measured in a network: give one");
  const made = network.attending();
  const { program, emitted } = made;
  if (emitted.attention.length === 0) {
    throw new PlateauError(
      "usage",
      `a network of kind ${network.architecture.kind} without attention layers has no attention to measure`,
    );
  }
  const { xWidth, yWidth } = widths(network);
  const forced = yWidth > 0 && domain.inputs === xWidth + yWidth;
  if (domain.inputs !== xWidth && !forced) {
    throw new PlateauError(
      "usage",
      `points of ${domain.inputs} numbers for a network that takes ${xWidth}${yWidth ? ` (or ${xWidth + yWidth} with the tokens its decoder reads)` : ""}`,
    );
  }
  return {
    made,
    at(points, count) {
      const xs = program.f32(emitted.x);
      const ys = forced ? program.f32(emitted.y!) : undefined;
      for (let i = 0; i < count; i++) {
        const row = i * domain.inputs;
        xs.set(points.subarray(row, row + xWidth), i * xWidth);
        ys?.set(points.subarray(row + xWidth, row + xWidth + yWidth), i * yWidth);
      }
      if (emitted.keyMask) program.f32(emitted.keyMask).fill(0);
      if (forced) program.forward();
      else decodeOwn(made, count, feedback);
    },
  };
}

/** Numbers of a network's inputs, and of what a decoder of several tokens reads. */
function widths({ architecture }: Model): { xWidth: number; yWidth: number } {
  const { kind, extent, inputDim, targetDim } = architecture;
  const reads = kind === "encoder-decoder" && extent.outputTokens > 1;
  return { xWidth: extent.inputTokens * inputDim, yWidth: reads ? extent.outputTokens * targetDim : 0 };
}

/** What is gathered of one head. */
class Tally {
  readonly #T: number;
  readonly #S: number;
  readonly #samples: number;
  readonly #entropy: Float64Array;
  readonly #rank: Float64Array;
  readonly #distance: Float64Array;
  readonly #mass: Float64Array;
  readonly #squares: Float64Array;
  readonly #map: Float64Array;

  constructor(T: number, S: number, samples: number) {
    this.#T = T;
    this.#S = S;
    this.#samples = samples;
    this.#entropy = new Float64Array(samples);
    this.#rank = new Float64Array(samples);
    this.#distance = new Float64Array(samples);
    this.#mass = new Float64Array(T + S - 1);
    this.#squares = new Float64Array(T + S - 1);
    this.#map = new Float64Array(T * S);
  }

  /** One map [T, S] of one sample. */
  add(map: Float32Array, sample: number): void {
    const T = this.#T;
    const S = this.#S;
    const mass = new Float64Array(T + S - 1);
    let entropy = 0;
    for (let t = 0; t < T; t++) {
      for (let s = 0; s < S; s++) {
        const w = map[t * S + s];
        this.#map[t * S + s] += w;
        mass[s - t + T - 1] += w / T;
        if (w > 0) entropy -= w * ln(w);
      }
    }
    this.#entropy[sample] = entropy / T;
    this.#rank[sample] = effectiveRank(map, T, S);
    for (let k = 0; k < mass.length; k++) {
      this.#mass[k] += mass[k];
      this.#squares[k] += mass[k] * mass[k];
      this.#distance[sample] += Math.abs(k - T + 1) * mass[k];
    }
  }

  summary(seed: number, keep: boolean): Omit<HeadProfile, "head"> {
    const n = this.#samples;
    const profile = Array.from(this.#mass, (sum, k) => {
      const value = sum / n;
      const variance = Math.max(0, this.#squares[k] - n * value * value) / (n - 1);
      const half = 1.96 * Math.sqrt(variance / n);
      return { offset: k - this.#T + 1, value, low: value - half, high: value + half };
    });
    const [entropy, effectiveRank, distance] = bootstrapMeans([this.#entropy, this.#rank, this.#distance], {
      seed,
      name: "attention",
    });
    const rows = Array.from({ length: this.#T }, (_, t) =>
      Array.from(this.#map.subarray(t * this.#S, (t + 1) * this.#S), (sum) => sum / n),
    );
    return {
      entropy,
      effectiveRank,
      distance,
      profile,
      ...(keep ? { weights: rows } : {}),
    };
  }
}

function effectiveRank(map: Float32Array, T: number, S: number): number {
  const values = singularValues(map, T, S);
  let sum = 0;
  for (const value of values) sum += value;
  if (!(sum > 0)) return 0;
  let entropy = 0;
  for (const value of values) if (value > 0) entropy -= (value / sum) * ln(value / sum);
  return sharedEngine().kernels.exp64(entropy);
}

function ln(x: number): number {
  return sharedEngine().kernels.log64(x);
}
