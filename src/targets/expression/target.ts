import { PlateauError } from "../../errors.js";
import { streamKey } from "../../random/keys.js";
import { uniform64 } from "../../random/uniform.js";
import { defineTarget } from "../define.js";
import { outward } from "../ranges.js";
import type { Range, Target } from "../target.js";
import { type Compiled, compile } from "./compile.js";
import { parseDomain, type Variable } from "./domain.js";

const PROBES = 4096;

/**
 * The user's own function: `expressionTarget("sin(6*x) + abs(y)", "x=-1:1,y=0:2")`. Variables are input
 * tokens in the order of the domain; several expressions, separated by commas, are output tokens. Its
 * name, `… on …`, is what `findTarget` reads it from.
 *
 * Its range is what it takes on 4096 seeded points and the box's two end points, widened by a twentieth
 * either way: a good guess, no bound.
 *
 * @throws PlateauError `usage` or `unknown-name` saying where the text makes no sense, or at which point
 *   and where the function has no value
 */
export function expressionTarget(text: string, domain: string): Target {
  const variables = parseDomain(domain);
  const compiled = compile(
    text,
    variables.map(({ name }) => name),
  );
  const draws = variables.map(({ low, high }) => ({ low, high }));
  return defineTarget({
    name: `${text.trim()} on ${domain.trim()}`,
    description: "an expression of the user's own",
    smoothness: compiled.smoothness,
    inputs: variables.length,
    outputs: compiled.outputs,
    dim: 1,
    sizes: { train: 100_000, validation: 10_000, test: 10_000 },
    draws,
    range: seenRange(compiled, variables),
    value: compiled.value,
    pullback: compiled.pullback,
    formula: { text, variables: variables.map(({ name }) => name) },
  });
}

function seenRange({ value, outputs }: Compiled, variables: readonly Variable[]): Range {
  const n = variables.length;
  const x = uniform64(streamKey(0, "target/expression"), 0, PROBES * n);
  // The first two are the ends of the box.
  for (let i = 0; i < n; i++) [x[i], x[n + i]] = [0, 1];
  for (let i = 0; i < x.length; i++) {
    const { low, high } = variables[i % n];
    x[i] = low + x[i] * (high - low);
  }
  const y = new Float64Array(outputs);
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let p = 0; p < PROBES; p++) {
    value(x.subarray(p * n, (p + 1) * n), y);
    for (const one of y) [least, most] = [Math.min(least, one), Math.max(most, one)];
  }
  const magnitude = Math.max(-least, most);
  if (!Number.isFinite(Math.fround(magnitude * 1.5))) {
    throw new PlateauError(
      "usage",
      `expression takes values up to ${magnitude} in magnitude: float32 has none beyond 3.4e38, scale it down`,
    );
  }
  const margin = most > least ? (most - least) / 20 : Math.max(0.5, Math.abs(most) / 2);
  return outward(least - margin, most + margin);
}
