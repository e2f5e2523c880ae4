import { MEMORY_LIMIT } from "../../runtime/engine.js";
import type { Task } from "../constructions/construction.js";
import { bytesOfToken, obstacle } from "../constructions/yun/grid.js";
import { cellsOf } from "../grid.js";
import { asNumber, exactly, type Magnitude, plus, power, sayMagnitude, times } from "./magnitude.js";
import { type Holder, orderAt, rates } from "./rates.js";
import { holderDelta, type Resolutions } from "./resolution.js";
import { yunCounts } from "./yun-counts.js";

/** One way to an error of ε, and what it costs. */
export interface Route {
  readonly name: string;
  /** Where it is from. */
  readonly source: string;
  /** `count`: as it is built. `order`: what a theorem says, every hidden constant 1. */
  readonly kind: "count" | "order";
  /** δ, tokens, cells: the size that it takes, in words. */
  readonly size: string;
  readonly layers: Magnitude | null;
  readonly parameters: Magnitude | null;
  /** For one context. */
  readonly flops: Magnitude | null;
  readonly bytes: Magnitude | null;
  /** Whether this machine holds it; null where only an order is known, or the route does not apply. */
  readonly fits: boolean | null;
  /** Why not, or what to mind. */
  readonly why: string;
}

export interface Asked {
  readonly task: Task;
  readonly epsilon: number;
  readonly delta: Resolutions;
  readonly holder: Holder | null;
  readonly memory: number;
}

/** Every route, in the order of the table. */
export function routes(asked: Asked): Route[] {
  const { delta, holder } = asked;
  const built =
    delta.corner === null
      ? []
      : [yunRoute(asked, true), yunRoute(asked, false), partitionRoute(asked), reluRoute(asked)];
  return [...built.filter((route) => route !== undefined), ...(holder ? literature(asked, holder) : [])];
}

const NONE = { layers: null, parameters: null, flops: null, bytes: null };

function yunRoute({ task, delta, memory }: Asked, positions: boolean): Route {
  const { target, dim, low, high } = task;
  const cells = cellsOf(low, high, delta.corner!);
  const [m, n] = [target.inputs, target.outputs];
  const common = {
    name: positions ? "yun" : "yun, no positions",
    source: `Yun et al., arXiv 1912.10077, Theorem ${positions ? 3 : 2}`,
    kind: "count" as const,
    size: `δ = 1/${cells}`,
  };
  if (n > m || (!positions && n !== 1 && n !== m)) {
    return {
      ...common,
      ...NONE,
      fits: null,
      why: `writes outputs where inputs are: not for ${n} output tokens of ${m}`,
    };
  }
  const shape = { dim, inputTokens: m, outputTokens: n, cells, positions };
  const counts = yunCounts(shape);
  const bytes = times(counts.contexts, exactly(m * bytesOfToken({ dim })));
  const none =
    counts.contexts.exact === "0" ? `no context of ${m} distinct tokens: δ is too wide` : undefined;
  const reason = none ?? tooMany(bytes, memory) ?? obstacle(shape);
  return {
    ...common,
    layers: counts.layers.total,
    parameters: counts.parameters,
    flops: counts.flops,
    bytes,
    fits: reason === undefined,
    why: reason ?? (positions ? "" : "only where the order of tokens does not matter"),
  };
}

/** N = δ^{−D} memory tokens. At κ = 1 a token's mean square distance is δ²D/2 [ours, for δ → 0]. */
function partitionRoute({ task, epsilon, delta, holder }: Asked): Route | undefined {
  const { f, target, dim, low, high } = task;
  const D = f.inputs;
  const O = f.outputs;
  const h = holder
    ? holderDelta(epsilon, holder, { dim, inputTokens: target.inputs }, "corner") * Math.SQRT2
    : delta.corner!;
  const cells = cellsOf(low, high, h);
  const N = power(exactly(cells), D);
  const perToken = exactly(D + 1 + O);
  const bytes = times(N, exactly(4 * (D + 1 + O) + 8 * 256));
  const reason =
    tooFine(task, epsilon) ??
    tooMany(bytes, MEMORY_LIMIT) ??
    (D > 4 ? "is built for at most 4 inputs" : undefined);
  return {
    name: "partition",
    source: "softmax partition of unity, after Shi & Liao, arXiv 2605.08811; constant [ours]",
    kind: "count",
    size: `${sayMagnitude(N)} memory tokens`,
    layers: exactly(1),
    parameters: plus(times(N, perToken), exactly((D + 1) * (D + 1))),
    flops: plus(times(N, exactly(2 * (D + 1 + O))), exactly(2 * D * (D + 1))),
    bytes,
    fits: reason === undefined,
    why: reason ?? "",
  };
}

/** Linear interpolation on cells of side h errs by at most C·(h√D/2)^α: Jensen's inequality on the corners. */
function reluRoute({ task, epsilon, delta }: Asked): Route | undefined {
  const { f, low, high } = task;
  const D = f.inputs;
  if (D > 3) return undefined;
  const cells = cellsOf(low, high, delta.centre!);
  const nodes = power(exactly(cells), D);
  const bytes = times(nodes, exactly(4 * (D + 1 + f.outputs)));
  const reason = tooFine(task, epsilon) ?? tooMany(bytes, MEMORY_LIMIT);
  return {
    name: "relu",
    source: "piecewise-linear interpolation by ReLUs",
    kind: "count",
    size: `${cells} cells a side`,
    layers: exactly(D === 1 ? 1 : 2),
    parameters: D === 1 ? plus(times(nodes, exactly(2 + f.outputs)), exactly(f.outputs)) : null,
    flops: D === 1 ? times(nodes, exactly(2 + 2 * f.outputs)) : null,
    bytes,
    fits: reason === undefined,
    why: reason ?? (D === 1 ? "" : "bytes of the weights that are not 0; stored densely it takes more"),
  };
}

function literature({ epsilon, memory }: Asked, holder: Holder): Route[] {
  return rates.map((rate) => {
    const value = orderAt(rate, holder, epsilon);
    const order = `ε^(−${Number(rate.exponent(holder).toPrecision(3))})`;
    const bytes = rate.counts === "parameters" ? times(value, exactly(4)) : null;
    return {
      name: rate.name,
      source: `arXiv ${rate.arxiv}: ${rate.statement}`,
      kind: "order" as const,
      size: rate.counts === "samples" ? `${sayMagnitude(value)} samples, ${order}` : order,
      // Blocks are two layers each, attention and feed-forward.
      layers:
        rate.counts === "blocks"
          ? times(value, exactly(2))
          : rate.counts === "parameters"
            ? exactly(4)
            : null,
      parameters: rate.counts === "parameters" ? value : null,
      flops: null,
      bytes,
      fits: null,
      why: `hidden constants taken to be 1${bytes && asNumber(bytes) > memory ? "; even so beyond this machine" : ""}`,
    };
  });
}

function tooMany(bytes: Magnitude, memory: number): string | undefined {
  return asNumber(bytes) <= memory
    ? undefined
    : `takes ${sayMagnitude(bytes)} bytes, there are ${sayMagnitude(exactly(Math.floor(memory)))}`;
}

/** Networks of the engine are float32: a unit in the last place of the largest output, and some for sums. */
function tooFine({ target }: Task, epsilon: number): string | undefined {
  const size = Math.max(Math.abs(target.range.low), Math.abs(target.range.high));
  const least = 2 ** -22 * size;
  return epsilon < least
    ? `float32 tells values up to ${size} apart to ${least.toPrecision(2)} at best`
    : undefined;
}
