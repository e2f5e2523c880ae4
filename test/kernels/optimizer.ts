import { type Case, type KernelSpec, lengths, type Sizes, type Source } from "./spec.js";

/** What the float32 `hyper` of the kernels stands for. */
export interface Hyper {
  rate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
  /** Updates done so far plus one. */
  step: number;
  gradScale: number;
}

export const usual: Hyper = {
  rate: 0.01,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0.1,
  step: 3,
  gradScale: 0.5,
};

export function hyperFloats(h: Hyper): Float32Array<ArrayBuffer> {
  return Float32Array.of(
    h.rate,
    h.beta1,
    h.beta2,
    h.epsilon,
    h.weightDecay,
    1 - h.beta1 ** h.step,
    Math.sqrt(1 - h.beta2 ** h.step),
    h.gradScale,
    1 - h.beta1,
    1 - h.beta2,
  );
}

export type Rule = "adamUpdate" | "adamwUpdate" | "sgdUpdate";
/** One parameter with its state: first and second moment, or velocity in m. */
export interface State {
  p: number;
  m: number;
  v: number;
}

/** Tiny weights and moments become 0. */
const keptWeight = (p: number) => (Math.abs(p) <= 2 ** -64 ? 0 : p);
const keptMoment = (m: number) => (Math.abs(m) <= 2 ** -120 ? 0 : m);

/** One update of one parameter in float64: the formulas of torch.optim. */
export function plainUpdate(rule: Rule, { p, m, v }: State, gradient: number, h: Hyper): State {
  let g = gradient * h.gradScale;
  if (rule === "sgdUpdate") {
    m = keptMoment(h.beta1 * m + g + h.weightDecay * p);
    return { p: keptWeight(p - h.rate * m), m, v };
  }
  if (rule === "adamUpdate") g += h.weightDecay * p;
  else p *= 1 - h.rate * h.weightDecay;
  m = keptMoment(h.beta1 * m + (1 - h.beta1) * g);
  v = keptMoment(h.beta2 * v + (1 - h.beta2) * g * g);
  const denominator = Math.sqrt(v) / Math.sqrt(1 - h.beta2 ** h.step) + h.epsilon;
  return { p: keptWeight(p - ((h.rate / (1 - h.beta1 ** h.step)) * m) / denominator), m, v };
}

function update(rule: Rule, { n }: Sizes, source: Source, velocity = true): Case {
  const p = source(n);
  const m = velocity ? source(n) : new Float32Array(n);
  const v = source(n, 0, 1);
  const g = source(n);
  const after = [...p].map((_, i) => plainUpdate(rule, { p: p[i], m: m[i], v: v[i] }, g[i], usual));
  const state: (keyof State | null)[] = rule === "sgdUpdate" ? [velocity ? "m" : null] : ["m", "v"];
  const written = ["p" as const, ...state].filter((name) => name !== null);
  return {
    buffers: { p, m, v, g, hyper: hyperFloats(usual) },
    args: ["p", ...state, "g", n, "hyper"],
    expected: Object.fromEntries(written.map((name) => [name, after.map((one) => one[name])])),
  };
}

export const specs: KernelSpec[] = [
  ...(["adamUpdate", "adamwUpdate", "sgdUpdate"] as const).map<KernelSpec>((kernel) => ({
    kernel,
    sizes: lengths,
    make: (sizes, source) => update(kernel, sizes, source),
    tolerance: 2e-7,
    bench: [
      { sizes: { n: 16384 }, bytes: (kernel === "sgdUpdate" ? 5 : 7) * 16384 * 4 },
      { sizes: { n: 1048576 }, bytes: (kernel === "sgdUpdate" ? 5 : 7) * 1048576 * 4 },
    ],
  })),
  {
    kernel: "sgdUpdate",
    variant: "without velocity",
    sizes: lengths,
    make: (sizes, source) => update("sgdUpdate", sizes, source, false),
    tolerance: 2e-7,
    bench: [],
  },
];
