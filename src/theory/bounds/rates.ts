import { log } from "../../targets/math.js";
import { type Magnitude, roughly } from "./magnitude.js";

// What papers prove of the size that an error ε takes, as orders: their constants are not known, and taken to
// be 1 wherever a number is shown.

/** |f(x) − f(y)| ≤ constant·‖x − y‖^exponent on d₀ = d·m inputs. */
export interface HolderLaw {
  readonly constant: number;
  readonly exponent: number;
  readonly inputs: number;
}

/** An order that a paper states, of sizes against ε. */
export interface Rate {
  readonly name: string;
  readonly arxiv: string;
  /** What is counted, and how many of what else that takes. */
  readonly counts: "parameters" | "blocks" | "samples";
  readonly statement: string;
  /** Upper: so many suffice. Lower: no fewer do. */
  readonly bound: "upper" | "lower";
  /** r in ε^(−r). */
  exponent(f: HolderLaw): number;
}

/** Every rate, one a paper. */
export const rates: readonly Rate[] = [
  {
    name: "Shi & Liao",
    arxiv: "2605.08811",
    counts: "parameters",
    statement: "two encoder blocks with softmax attention, O(ε^(−d/α)) parameters: a partition of unity",
    bound: "upper",
    exponent: ({ inputs, exponent }) => inputs / exponent,
  },
  {
    name: "He et al., enough",
    arxiv: "2605.07463",
    counts: "blocks",
    statement: "O(ε^(−d₀/α)) blocks suffice for bounded α-Hölder functions",
    bound: "upper",
    exponent: ({ inputs, exponent }) => inputs / exponent,
  },
  {
    name: "He et al., least",
    arxiv: "2605.07463",
    counts: "blocks",
    statement: "Ω(ε^(−d₀/(4α))) blocks are necessary for bounded α-Hölder functions",
    bound: "lower",
    exponent: ({ inputs, exponent }) => inputs / (4 * exponent),
  },
  {
    name: "Lai & Sun",
    arxiv: "2602.20555",
    counts: "samples",
    statement:
      "standard Transformers reach the minimax rate n^(−2s/(2s + d₀)) of squared error, so ε takes ε^(−(2s + d₀)/s) samples (s: smoothness, here α)",
    bound: "upper",
    exponent: ({ inputs, exponent }) => (2 * exponent + inputs) / exponent,
  },
];

/** What a paper says of Transformers without a rate in ε: nothing to compute a size from. */
export interface Statement {
  readonly name: string;
  readonly arxiv: string;
  readonly statement: string;
  /** Any continuous target, or those whose function is given by examples in the context. */
  readonly concerns: "continuous" | "in-context";
}

/** Theorems without a rate in ε, one a paper. */
export const statements: readonly Statement[] = [
  {
    name: "Zhou et al.",
    arxiv: "2603.03084",
    statement:
      "Transformers emulate maxout networks, and their number of linear regions grows exponentially with depth",
    concerns: "continuous",
  },
  {
    name: "Garg et al.",
    arxiv: "2208.01066",
    statement:
      "trained Transformers learn linear, sparse linear, tree and two-layer-network functions in context",
    concerns: "in-context",
  },
];

/** (C/ε)^r with every hidden constant 1; at least 1. */
export function orderAt(rate: Rate, f: HolderLaw, epsilon: number): Magnitude {
  // ε^(−r) in units in which the Hölder constant is 1.
  const digits = log(f.constant / epsilon) / log(10);
  return roughly(Math.max(0, digits * rate.exponent(f)));
}
