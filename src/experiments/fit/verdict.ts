import type { Analysis } from "../../analysis/analyze.js";
import type { CompareResult } from "../../analysis/compare.js";
import { FEWEST_TEST } from "../../analysis/competitors/compare-table.js";

/** Whether a Transformer helps, in one line, by the rules of `compare`; undefined where that was not taken. */
export function fitVerdict({ measures }: Analysis): string | undefined {
  const outcome = measures["compare"];
  return !outcome || "skipped" in outcome ? undefined : verdictOf(outcome.result as CompareResult);
}

/** The same of a comparison. */
export function verdictOf({ verdict, test }: CompareResult): string {
  const { winner, name } = verdict;
  if (test < FEWEST_TEST) {
    return `too few test rows (${test}) to say whether a Transformer helps: ${FEWEST_TEST} or more are needed`;
  }
  if (winner === "model") return "a Transformer helps here: nothing simpler that was tried is as good";
  if (winner === "competitor") return `a Transformer does not help here: ${name} is better`;
  return `not shown that a Transformer helps here: on ${test} test rows it cannot be told from ${name}`;
}
