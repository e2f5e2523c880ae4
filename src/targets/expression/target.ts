import { requireArguments } from "../../arguments.js";
import { buildTarget } from "../define.js";
import { seenRange } from "../seen-range.js";
import type { Target } from "../target.js";
import { compile } from "./compile.js";
import { parseDomain } from "./domain.js";

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
  requireArguments("expressionTarget", { text: [text, "text"], domain: [domain, "text"] });

  const variables = parseDomain(domain);
  const compiled = compile(
    text,
    variables.map(({ name }) => name),
  );
  const draws = variables.map(({ low, high }) => ({ low, high }));
  return buildTarget({
    name: `${text.trim()} on ${domain.trim()}`,
    description: "an expression of the user's own",
    smoothness: compiled.smoothness,
    inputs: variables.length,
    outputs: compiled.outputs,
    dim: 1,
    sizes: { train: 100_000, validation: 10_000, test: 10_000 },
    draws,
    range: seenRange("expression", compiled, draws),
    value: compiled.value,
    pullback: compiled.pullback,
    formula: { text, variables: variables.map(({ name }) => name) },
  });
}
