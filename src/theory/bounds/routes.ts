import { MEMORY_LIMIT } from "../../runtime/engine.js";
import type { Task } from "../constructions/construction.js";
import { bytesOfToken, obstacle } from "../constructions/yun/grid.js";
import { cellsOf } from "../grid.js";
import { asNumber, exactly, type Magnitude, plus, power, sayMagnitude, times } from "./magnitude.js";
import { type HolderLaw, orderAt, rates, statements } from "./rates.js";
import { reluCounts } from "./relu-counts.js";
import { holderDelta, type Resolutions } from "./resolution.js";
import { roundingAt } from "./rounding.js";
import { yunCounts } from "./yun-counts.js";

/** One way to an error of ε, and what it costs. */
export interface Route {
  readonly name: string;
  /** Where it is from. */
  readonly source: string;
  /** `count`: as it is built. `order`: what a theorem says, every hidden constant 1. `statement`: it has no rate in ε. */
  readonly kind: "count" | "order" | "statement";
  /** δ, tokens, cells: the size that it takes, in words. */
  readonly size: string;
  readonly layers: Magnitude | null;
  readonly parameters: Magnitude | null;
  /** For one context. */
  readonly flops: Magnitude | null;
  readonly bytes: Magnitude | null;
  /** Whether this machine's memory holds it; null where only an order is known, or the route does not apply. */
  readonly fits: boolean | null;
  /** Of what fits: the worst that float32's rounding may add, if that is above ε. Then no certificate holds. */
  readonly rounding: number | null;
  /** Why not, or what to mind. */
  readonly why: string;
}

export interface Asked {
  readonly task: Task;
  readonly epsilon: number;
  readonly delta: Resolutions;
  readonly holder: HolderLaw | null;
  /** sup Σⱼₖ|∂ⱼ∂ₖf|. */
  readonly curvature: number | null;
  readonly memory: number;
}

/** Every route, in the order of the table. */
export function routes(asked: Asked): Route[] {
  const { delta, holder } = asked;
  const built =
    delta.corner === null
      ? []
      : [
          yunRoute(asked, true),
          yunRoute(asked, false),
          partitionRoute(asked),
          secondOrderRoute(asked),
          reluRoute(asked),
        ];
  return [
    ...built.filter((route) => route !== undefined),
    ...(holder ? literature(asked, holder) : []),
    ...said(asked),
  ];
}

const NONE = { layers: null, parameters: null, flops: null, bytes: null, rounding: null };
/** Networks of up to so many parameters are built to know their rounding. */
const BUILT = 2e5;

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
    rounding: null,
    why: reason ?? (positions ? "" : "only where the order of tokens does not matter"),
  };
}

/** N = δ^{−D} memory tokens. At κ = 1 a token's mean square distance is δ²D/2 [ours, for δ → 0]. */
function partitionRoute(asked: Asked): Route {
  const { task, epsilon, delta, holder } = asked;
  const { target, dim, low, high } = task;
  const h = holder
    ? holderDelta(epsilon, holder, { dim, inputTokens: target.inputs }, "corner") * Math.SQRT2
    : delta.corner!;
  return tokensRoute(asked, cellsOf(low, high, h), 1);
}

/**
 * A token's tangent errs by ½Σⱼₖ|∂ⱼ∂ₖf||xⱼ − cⱼ||xₖ − cₖ|. At κ = 1 the mean square of xⱼ − cⱼ over tokens is at
 * most 0.5011·h², at the ends of the box, too [ours, by a table of up to 40 tokens a side], so the error is at most
 * 0.251·M·h² with M = sup Σⱼₖ|∂ⱼ∂ₖf|.
 */
function secondOrderRoute(asked: Asked): Route | undefined {
  const { curvature, epsilon, task } = asked;
  if (curvature === null) return undefined;
  const h = curvature > 0 ? Math.sqrt(epsilon / (0.251 * curvature)) : Number.POSITIVE_INFINITY;
  return tokensRoute(asked, cellsOf(task.low, task.high, h), 2);
}

function tokensRoute({ task, epsilon }: Asked, cells: number, order: 1 | 2): Route {
  const { f } = task;
  const [D, O] = [f.inputs, f.outputs];
  // Values, or tangents: a constant and D slopes of each output.
  const width = order === 2 ? O * (D + 1) : O;
  const N = power(exactly(cells), D);
  const bytes = times(N, exactly(4 * (D + 1 + width) + 8 * 256));
  const reason =
    tooFine(task, epsilon) ??
    tooMany(bytes, MEMORY_LIMIT) ??
    (D > 4 ? "is built for at most 4 inputs" : undefined);
  const parameters = plus(
    times(N, exactly(D + 1 + width)),
    exactly((D + 1) * (D + 1) + (order === 2 ? width * (D + 1 + O) : 0)),
  );
  const flops = plus(
    times(N, exactly(2 * (D + 1 + width))),
    exactly(2 * D * (D + 1) + (order === 2 ? 2 * width * (D + O) + width : 0)),
  );
  return {
    name: order === 2 ? "partition, order 2" : "partition",
    source:
      order === 2
        ? "softmax partition of unity over tangents [ours]"
        : "softmax partition of unity, after Shi & Liao, arXiv 2605.08811; constant [ours]",
    kind: "count",
    size: `${sayMagnitude(N)} memory tokens`,
    layers: exactly(order),
    parameters,
    flops,
    bytes,
    fits: reason === undefined,
    ...rounded(epsilon, reason, parameters, () =>
      roundingAt("partition", task, asNumber(N), { order, sharpness: 1 }),
    ),
  };
}

/** Linear interpolation on cells of side h errs by at most C·(h√D/2)^α: Jensen's inequality on the corners. */
function reluRoute({ task, epsilon, delta }: Asked): Route | undefined {
  const { f, low, high } = task;
  const D = f.inputs;
  if (D > 3) return undefined;
  const cells = cellsOf(low, high, delta.centre!);
  const { layers, parameters, flops } = reluCounts(D, f.outputs, cells);
  const bytes = times(parameters, exactly(4));
  // Half of the memory: weights are written beside the model.
  const reason = tooFine(task, epsilon) ?? tooMany(bytes, MEMORY_LIMIT / 2);
  return {
    name: "relu",
    source: "piecewise-linear interpolation by ReLUs",
    kind: "count",
    size: `${cells} cells a side`,
    layers,
    parameters,
    flops,
    bytes,
    fits: reason === undefined,
    ...rounded(epsilon, reason, parameters, () => roundingAt("relu", task, cells, { variant: "wide" })),
  };
}

/** What fits may still round by more than ε. */
function rounded(
  epsilon: number,
  reason: string | undefined,
  parameters: Magnitude,
  measure: () => number,
): Pick<Route, "rounding" | "why"> {
  if (reason !== undefined || asNumber(parameters) > BUILT) {
    return { rounding: null, why: reason ?? "" };
  }
  const rounding = measure();
  if (!(rounding > epsilon)) return { rounding: null, why: "" };
  return {
    rounding,
    why: `fits, but float32's rounding may be ${rounding.toPrecision(2)} in the worst case: ε = ${epsilon} is not certified of it`,
  };
}

/** Results on what a target may need that have no rate in ε. */
function said({ holder, task }: Asked): Route[] {
  const inContext = task.target.name.startsWith("in-context");
  return statements
    .filter(({ concerns }) => (concerns === "in-context" ? inContext : holder !== null))
    .map(({ name, arxiv, statement }) => ({
      ...NONE,
      name,
      source: `arXiv ${arxiv}: ${statement}`,
      kind: "statement" as const,
      size: "–",
      fits: null,
      why: "no rate in ε",
    }));
}

function literature({ epsilon, memory }: Asked, holder: HolderLaw): Route[] {
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
      rounding: null,
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
